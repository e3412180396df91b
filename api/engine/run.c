#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "engine/bind.h"
#include "engine/body.h"
#include "engine/csv.h"
#include "engine/errors.h"
#include "engine/export.h"
#include "engine/idempotency.h"
#include "engine/negotiate.h"
#include "engine/reply.h"
#include "engine/run.h"
#include "engine/session.h"
#include "engine/transform.h"
#include "engine/validate.h"
#include "problems.h"
#include "rule/receipt.h"

void
work_bind(struct work_values *v, const void *value, int length, int format)
{
	v->text[v->n] = value;
	v->lengths[v->n] = length;
	v->formats[v->n] = format;
	v->n++;
}

void
work_step(struct engine_call *call, uint64_t key, const char *sql, const struct work_values *v)
{
	struct engine_work	*w = call->work;

	w->steps[w->nsteps++] = (struct pg_step){ .key = key, .sql = sql, .nvalues = v->n, .values = v->text,
	    .lengths = v->lengths, .formats = v->formats };
}

enum pg_lane
work_lane(const struct contract_op *op)
{
	static const enum pg_lane	lanes[] = {
		[CONTRACT_READ] = PG_READ, [CONTRACT_WRITE] = PG_WRITE, [CONTRACT_SLOW] = PG_SLOW,
		[CONTRACT_EITHER] = PG_READ
	};

	return (lanes[op->lane]);
}

/* What a write is about: the first value of its path (FNV-1a), or its key, which the same request sent twice would wait for. */
static uint64_t
work_row(const struct engine_call *call)
{
	const char	*p = call->route->nparams > 0 ? call->work->params[0] : call->work->key;
	uint64_t	 hash = UINT64_C(0xcbf29ce484222325);

	if (p == NULL)
		return (0);
	for (; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	return (hash == 0 ? 1 : hash);
}

bool
work_send(struct engine_call *call, enum pg_lane lane, pg_done *done)
{
	struct engine_work	*w = call->work;
	enum pg_outcome		 refused = PG_UNAVAILABLE;

	w->pending = pg_send(lane, work_row(call), w->steps, w->nsteps, call->op->timeout_ms, done, call, &refused);
	if (w->pending != NULL)
		return (false);
	errors_refuse_outcome(call, refused);
	return (true);
}

/* ---- checks that need no database, in the order of refusals ---- */

static void
check_late(struct engine_work *w, int problem)
{
	if (w->late < 0)
		w->late = problem;
}

static void
check_form(struct engine_call *call)
{
	const struct contract_op	*op = call->op;
	struct engine_work		*w = call->work;

	if (op->kind != CONTRACT_KIND_HANDLER && op->kind != CONTRACT_KIND_ROW) {
		switch (negotiate_accept(call->headers[ENGINE_ACCEPT], op->item != NULL)) {
		case NEGOTIATE_NONE:
			check_late(w, PROBLEM_NOT_ACCEPTABLE);
			break;
		case NEGOTIATE_CSV:
			w->csv_wanted = true;
			break;
		case NEGOTIATE_JSON:
			break;
		}
	}
	if (op->body != NULL && call->body_length > 0 &&
	    !negotiate_type(call->headers[ENGINE_CONTENT_TYPE], op->body_type))
		check_late(w, PROBLEM_UNSUPPORTED_MEDIA_TYPE);
}

/* All faults of query and body together; the query's name the problem when both have some. */
static void
check_content(struct engine_call *call)
{
	struct engine_work	*w = call->work;
	int			 problem;

	if (!idempotency_key(call)) {
		validate_fault(w->late_errors, "Idempotency-Key", "bad_format", "应为 1 到 255 个可见 ASCII 字符");
		check_late(w, PROBLEM_MALFORMED_REQUEST);
	}
	if (!query_parse(call->arena, call->op, call->path, call->query, call->form, &w->query, w->late_errors, &problem))
		check_late(w, problem);
	if (!call->op->file_body && !body_check(call, &w->body, w->late_errors, &problem))
		check_late(w, problem);
}

/* A path value that cannot name anything is 404, as one that names nothing. */
static void
check_params(struct engine_call *call)
{
	const struct contract_route	*r = call->route;
	const struct contract_schema	*s;
	const char			*value;
	json_auto_t			*unused = NULL;
	size_t				 i;

	for (i = 0; i < r->nparams; i++) {
		s = r->params[i].schema;
		value = call->work->params[i];
		if (s->type == CONTRACT_STRING && s->format == CONTRACT_UUID) {
			if (text_uuid(value))
				continue;
		} else {
			if (unused == NULL)
				unused = json_array();
			if (validate_text(s, value, "", unused))
				continue;
		}
		check_late(call->work, PROBLEM_NOT_FOUND);
	}
}

void
run_check(struct engine_call *call)
{
	struct engine_work	*w = call->work;

	if (w->late_errors == NULL)
		w->late_errors = json_array();
	check_form(call);
	if (w->late >= 0)
		return;
	check_content(call);
	if (w->late < 0)
		check_params(call);
	if (w->late < 0 && call->op->prepare != NULL && !w->prepared) {
		w->prepared = true;
		call->op->prepare(call);
	}
}

/* ---- the transaction ---- */

static void
run_late(struct engine_call *call)
{
	struct engine_work	*w = call->work;

	engine_refuse(call, w->late, NULL);
	if (json_array_size(w->late_errors) > 0)
		call->reply.refusal.errors = json_incref(w->late_errors);
}

static void
run_hold(struct engine_work *w, struct pg_answer *answer, size_t step)
{
	PQclear(w->held);
	w->held = answer->results[step];
	answer->results[step] = NULL;
}

/* The caller was asked about alone: either to be told of a fault, or because a handler answers. */
static void
run_auth_done(void *arg, struct pg_answer *answer)
{
	struct engine_call	*call = arg;

	call->work->pending = NULL;
	if (answer->outcome != PG_DONE)
		errors_refuse(call, answer);
	else if (!session_actor(call, answer))
		engine_refuse(call, PROBLEM_UNAUTHORIZED, NULL);
	else if (call->work->late >= 0)
		run_late(call);
	else
		call->op->handler(call);
	call->done(call);
}

static void
run_replay_done(void *arg, struct pg_answer *answer)
{
	struct engine_call	*call = arg;
	struct engine_work	*w = call->work;

	w->pending = NULL;
	if (answer->outcome != PG_DONE) {
		errors_refuse(call, answer);
	} else {
		run_hold(w, answer, w->nsteps - 1);
		idempotency_reply(call, w->held);
	}
	call->done(call);
}

/* For this caller the statement also writes, and has said so by answering nothing. */
static bool
run_must_write(const struct engine_call *call, const struct pg_answer *answer)
{
	const struct engine_work	*w = call->work;
	const PGresult			*r = answer->results[w->nsteps - 1];

	return (call->op->lane == CONTRACT_EITHER && w->lane == PG_READ && PQntuples(r) == 1 && PQgetisnull(r, 0, reply_column(r, "items")));
}

static void
run_done(void *arg, struct pg_answer *answer)
{
	struct engine_call	*call = arg;
	struct engine_work	*w = call->work;
	bool			 known = session_actor(call, answer);

	w->pending = NULL;
	if (idempotency_taken(call, answer)) {
		session_step(call);
		idempotency_replay(call);
		if (!work_send(call, w->lane, run_replay_done))
			return;
	} else if (answer->outcome != PG_DONE) {
		errors_refuse(call, answer);
	} else if (!known) {
		engine_refuse(call, PROBLEM_UNAUTHORIZED, NULL);
	} else if (run_must_write(call, answer)) {
		w->lane = PG_WRITE;
		if (!work_send(call, w->lane, run_done))
			return;
	} else {
		run_hold(w, answer, w->nsteps - 1);
		if (w->csv_wanted)
			csv_begin(call, w->held, export_omitted(call, w->nsteps > 2 ? answer->results[1] : NULL));
		else if (call->op->kind == CONTRACT_KIND_LIST)
			reply_list(call, w->held);
		else
			reply_row(call, w->held);
	}
	call->done(call);
}

void
run_operation(struct engine_call *call, struct arena *arena)
{
	struct engine_work		*w = call->work;
	const struct statement_variant	 v = { .filters = w->query.present, .sort = w->query.sort,
	    .after = w->query.nafter > 0, .idempotent = w->key != NULL };
	struct statement		 s;

	statement_build(arena, call->op, &v, &s);
	bind_statement(call, arena, &s);
	work_step(call, s.key, s.sql, &w->values);
}

/* A new secret: the text of a key, or else a receipt or a code of its form. */
static void
run_secret(struct engine_call *call)
{
	struct engine_work	*w = call->work;
	uint8_t			 random[RECEIPT_RANDOM];
	size_t			 length;

	if (strcmp(call->op->secret, "key") == 0) {
		crypto_secret(w->secret);
		length = CRYPTO_SECRET_SIZE - 1;
		crypto_sha256(w->secret_hash, w->secret, length);
	} else {
		crypto_random(random, sizeof(random));
		receipt_write(w->secret, random);
		explicit_bzero(random, sizeof(random));
		length = RECEIPT_SIZE - 1;
		crypto_keyed_hash(w->secret_hash, w->secret, length);
	}
	if (w->key != NULL)
		crypto_seal(w->secret_box, idempotency_passphrase(call), w->secret, length);
}

static bool
run_statement(struct engine_call *call)
{
	struct engine_work	*w = call->work;

	if (call->op->secret != NULL)
		run_secret(call);
	if (w->key != NULL)
		idempotency_claim(call);
	if (w->csv_wanted) {
		w->query.limit = CSV_PAGE;
		if (session_keyed(call))
			export_step(call);
	}
	run_operation(call, call->arena);
	w->lane = work_lane(call->op);
	return (work_send(call, w->lane, run_done));
}

/* The key to seal to has been asked for: seal, and go on with the statement itself. */
static void
run_admit_done(void *arg, struct pg_answer *answer)
{
	struct engine_call	*call = arg;
	struct engine_work	*w = call->work;

	w->pending = NULL;
	if (answer->outcome != PG_DONE) {
		errors_refuse(call, answer);
	} else if (!session_actor(call, answer)) {
		engine_refuse(call, PROBLEM_UNAUTHORIZED, NULL);
	} else if ((w->body = transform_seal(call, reply_value(answer->results[w->nsteps - 1], "public_key", NULL))) == NULL) {
		engine_refuse(call, PROBLEM_NO_CUSTODIAN_KEY, NULL);
	} else {
		session_step(call);
		if (!run_statement(call))
			return;
	}
	call->done(call);
}

/* The file is on record: now its rows. */
static void
run_recorded(void *arg, struct pg_answer *answer)
{
	struct engine_call	*call = arg;

	call->work->pending = NULL;
	if (answer->outcome != PG_DONE) {
		errors_refuse(call, answer);
	} else if (!session_actor(call, answer)) {
		engine_refuse(call, PROBLEM_UNAUTHORIZED, NULL);
	} else {
		session_step(call);
		if (!run_statement(call))
			return;
	}
	call->done(call);
}

static bool
run_admit(struct engine_call *call)
{
	const struct statement_variant	 v = { .filters = call->work->query.present };
	struct statement		 s;

	statement_build(call->arena, call->op->admit, &v, &s);
	bind_statement(call, call->arena, &s);
	work_step(call, s.key, s.sql, &call->work->values);
	return (work_send(call, PG_READ, run_admit_done));
}

bool
run_start(struct engine_call *call)
{
	struct engine_work	*w = call->work;

	if (!session_identify(call))
		return (true);
	if (!session_keyed(call) && (w->late >= 0 || call->op->sql == NULL)) {
		if (w->late >= 0)
			run_late(call);
		else
			call->op->handler(call);
		return (true);
	}
	if (w->late < 0 && w->csv_wanted && w->query.sensitive)
		return (export_record(call, run_recorded));
	session_step(call);
	if (w->late >= 0 || call->op->sql == NULL)
		return (work_send(call, PG_READ, run_auth_done));
	if (w->key != NULL)
		idempotency_hash(call);		/* while what is to be sealed is hidden: not of the box, nor of what is in it */
	if (call->op->admit != NULL && !call->op->file_body)
		return (run_admit(call));
	return (run_statement(call));
}
