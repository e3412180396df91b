#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "engine/errors.h"
#include "engine/idempotency.h"
#include "engine/reply.h"
#include "problems.h"

#define KEY_MAX		255
#define CONSTRAINT	"idempotency_pkey"

const char	idempotency_claim_sql[] =
	"INSERT INTO hz.idempotency (actor_id, key_hash, request_hash, created_at)"
	" VALUES ((SELECT current_setting('app.actor'))::uuid, $1::bytea, $2::bytea,"
	" CASE WHEN $3::boolean THEN date_trunc('hour', now()) ELSE now() END)";

const char	idempotency_replay_sql[] =
	"SELECT k.request_hash = $2::bytea AS same, k.status, CASE WHEN o.box IS NULL THEN k.body ELSE o.box -> 'body' END AS body,"
	" k.version, coalesce(o.box ->> 'location', k.location) AS location, k.secret_box FROM hz.idempotency k"
	" CROSS JOIN LATERAL (SELECT CASE WHEN k.request_hash = $2::bytea THEN api.answer_open(k.body_box, $3::text) END AS box OFFSET 0) o"
	" WHERE k.actor_id = (SELECT current_setting('app.actor'))::uuid AND k.key_hash = $1::bytea";

enum { SAME, STATUS, BODY, VERSION, LOCATION, SECRET_BOX, COLUMNS };

const char *
idempotency_passphrase(const struct engine_call *call)
{
	return (call->op->sealed ? call->work->answer_key : call->work->key);
}

bool
idempotency_key(struct engine_call *call)
{
	const char	*key = call->headers[ENGINE_IDEMPOTENCY_KEY], *p;

	if (key == NULL || !call->op->idempotent)
		return (true);
	for (p = key; *p > ' ' && *p < 0x7f; p++)
		;
	if (*p != '\0' || p == key || p - key > KEY_MAX)
		return (false);
	call->work->key = key;
	return (true);
}

/* Of the Idempotency-Key itself, which is not kept, and of the server's own key. Who has the database alone opens nothing; who has the server's key
 * as well, only what was sent under a key that can be guessed. */
static void
idempotency_answer_key(struct engine_work *w, bool held)
{
	static const char		 what[] = "answer";
	const struct crypto_part	 parts[] = { { what, sizeof(what) }, { w->key, strlen(w->key) }, { w->token_hash, held ? CRYPTO_HASH : 0 } };
	uint8_t				 hash[CRYPTO_HASH];

	crypto_sha256_parts(hash, parts, sizeof(parts) / sizeof(parts[0]));
	crypto_keyed_hash(hash, hash, sizeof(hash));
	text_hex(w->answer_key, hash, sizeof(hash));
	explicit_bzero(hash, sizeof(hash));
}

/*
 * Same key, same request? Path and body as they were sent, for one operation; of a body with secrets what is left without
 * them, and all of it with the key itself: whoever had this hash could try what was said or sent. All who hold receipts are
 * one actor (nobody): a key is theirs together with the receipt.
 */
void
idempotency_hash(struct engine_call *call)
{
	struct engine_work		*w = call->work;
	const bool			 held = call->op->caller == CONTRACT_RECEIPT_HOLDER;
	const struct crypto_part	 key[] = { { w->key, strlen(w->key) }, { w->token_hash, held ? CRYPTO_HASH : 0 } };
	const struct crypto_part	 parts[] = {
		{ w->key, strlen(w->key) },
		{ call->op->id, strlen(call->op->id) },
		{ call->path, strlen(call->path) },
		{ w->query.others, strlen(w->query.others) },
		{ w->value != NULL ? w->body : call->body, w->value != NULL ? strlen(w->body) : call->body_length }
	};

	if (held)
		crypto_sha256_parts(w->key_hash, key, sizeof(key) / sizeof(key[0]));
	else
		crypto_sha256(w->key_hash, w->key, strlen(w->key));
	crypto_sha256_parts(w->request_hash, parts, sizeof(parts) / sizeof(parts[0]));
	if (!call->op->sealed)
		return;
	/* not to be tried out by whoever has the database alone */
	crypto_keyed_hash(w->key_hash, w->key_hash, sizeof(w->key_hash));
	crypto_keyed_hash(w->request_hash, w->request_hash, sizeof(w->request_hash));
	idempotency_answer_key(w, held);
}

static void
idempotency_bind(struct engine_work *w)
{
	w->claiming.n = 0;
	work_bind(&w->claiming, w->key_hash, CRYPTO_HASH, WORK_BINARY);
	work_bind(&w->claiming, w->request_hash, CRYPTO_HASH, WORK_BINARY);
}

void
idempotency_claim(struct engine_call *call)
{
	struct engine_work	*w = call->work;

	idempotency_bind(w);
	work_bind(&w->claiming, call->op->sealed ? "t" : "f", 0, WORK_TEXT);
	w->claim = w->nsteps;
	work_step(call, STATEMENT_KEY(1), idempotency_claim_sql, &w->claiming);
}

bool
idempotency_taken(const struct engine_call *call, const struct pg_answer *answer)
{
	const char	*constraint;

	if (answer->outcome != PG_FAILED || answer->failed != call->work->claim)
		return (false);
	constraint = PQresultErrorField(answer->error, PG_DIAG_CONSTRAINT_NAME);
	return (constraint != NULL && strcmp(constraint, CONSTRAINT) == 0);
}

void
idempotency_replay(struct engine_call *call)
{
	struct engine_work	*w = call->work;

	w->claim = PG_STEPS;
	idempotency_bind(w);
	work_bind(&w->claiming, call->op->sealed ? w->answer_key : NULL, 0, WORK_TEXT);
	work_step(call, STATEMENT_KEY(2), idempotency_replay_sql, &w->claiming);
}

/* bytea arrives as text: "\x" and hexadecimal digits. */
static bool
replay_secret(struct engine_call *call, const PGresult *r)
{
	struct engine_work	*w = call->work;
	unsigned char		*box;
	size_t			 length;
	bool			 opened;

	box = PQunescapeBytea((const unsigned char *)PQgetvalue(r, 0, SECRET_BOX), &length);
	opened = box != NULL && length >= CRYPTO_BOX_EXTRA && length <= sizeof(w->secret_box) &&
	    crypto_open(w->secret, idempotency_passphrase(call), box, length);
	PQfreemem(box);
	w->secret[opened ? length - CRYPTO_BOX_EXTRA : 0] = '\0';
	return (opened);
}

void
idempotency_reply(struct engine_call *call, PGresult *r)
{
	call->work->secret[0] = '\0';
	if (PQntuples(r) != 1 || PQnfields(r) != COLUMNS || (PQgetvalue(r, 0, SAME)[0] == 't' &&
	    PQgetisnull(r, 0, STATUS))) {
		/* Purged between the two trips: the next attempt starts afresh. */
		errors_refuse_outcome(call, PG_UNAVAILABLE);
		return;
	}
	if (PQgetvalue(r, 0, SAME)[0] != 't') {
		engine_refuse(call, PROBLEM_IDEMPOTENCY_KEY_REUSED, NULL);
		return;
	}
	if (call->op->secret != NULL && !replay_secret(call, r)) {
		log_line(LOG_LINE_ERROR, "%s: the sealed secret of a replay does not open", call->op->id);
		engine_refuse(call, PROBLEM_INTERNAL, NULL);
		return;
	}
	engine_field(call, "Idempotent-Replayed", "true");
	reply_row(call, r);
}
