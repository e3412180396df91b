#include <string.h>
#include <strings.h>

#include "engine/reply.h"
#include "engine/session.h"
#include "problems.h"
#include "rule/receipt.h"

/* What stands behind the scheme in Authorization; NULL: another scheme, or nothing. */
static const char *
session_credential(const struct engine_call *call, const char *scheme)
{
	const char	*header = call->headers[ENGINE_AUTHORIZATION];
	size_t		 n = strlen(scheme);

	if (header == NULL || strncasecmp(header, scheme, n) != 0 || header[n] != ' ')
		return (NULL);
	header += n + strspn(header + n, " ");
	return (*header == '\0' ? NULL : header);
}

/* A receipt that a slip has got into is told from one that nobody holds: the first needs no look-up. */
static bool
session_receipt(struct engine_call *call)
{
	struct engine_work	*w = call->work;
	char			 receipt[RECEIPT_SIZE];

	if ((w->token = session_credential(call, "Receipt")) == NULL) {
		engine_refuse(call, PROBLEM_UNAUTHORIZED, NULL);
		return (false);
	}
	if (receipt_read(w->token, strlen(w->token), receipt) != RECEIPT_GOOD) {
		engine_refuse(call, PROBLEM_RECEIPT_MALFORMED, receipt_check(w->token));
		return (false);
	}
	crypto_keyed_hash(w->token_hash, receipt, RECEIPT_SIZE - 1);
	explicit_bzero(receipt, sizeof(receipt));
	return (true);
}

bool
session_identify(struct engine_call *call)
{
	struct engine_work	*w = call->work;

	switch (call->op->caller) {
	case CONTRACT_ANYBODY:
		return (true);
	case CONTRACT_RECEIPT_HOLDER:
		return (session_receipt(call));
	case CONTRACT_KEY_OR_NOBODY:
		if (call->headers[ENGINE_AUTHORIZATION] == NULL)
			return (true);
		break;
	case CONTRACT_KEY_HOLDER:
		break;
	}
	if ((w->token = session_credential(call, "Bearer")) == NULL) {
		engine_refuse(call, PROBLEM_UNAUTHORIZED, NULL);
		return (false);
	}
	crypto_sha256(w->token_hash, w->token, strcspn(w->token, " \t"));
	return (true);
}

bool
session_keyed(const struct engine_call *call)
{
	return (call->op->caller == CONTRACT_KEY_HOLDER || (call->op->caller == CONTRACT_KEY_OR_NOBODY && call->work->token != NULL));
}

void
session_step(struct engine_call *call)
{
	struct engine_work	*w = call->work;

	w->nsteps = 0;
	w->auth.n = 0;
	if (call->op->caller == CONTRACT_ANYBODY && !call->op->shy)
		return;
	if (!session_keyed(call)) {
		work_step(call, STATEMENT_KEY(4), contract_nobody_sql, &w->auth);
		return;
	}
	work_bind(&w->auth, w->token_hash, CRYPTO_HASH, WORK_BINARY);
	work_bind(&w->auth, call->op->roles, 0, WORK_TEXT);
	work_step(call, STATEMENT_KEY(0), contract_auth_sql, &w->auth);
}

bool
session_actor(struct engine_call *call, const struct pg_answer *answer)
{
	const PGresult	*r = answer->results[0];
	int		 column;

	if (!session_keyed(call))
		return (true);
	if (r == NULL || PQntuples(r) != 1 || (column = reply_column(r, "actor_id")) < 0 ||
	    PQgetlength(r, 0, column) != sizeof(call->actor) - 1)
		return (false);
	memcpy(call->actor, PQgetvalue(r, 0, column), sizeof(call->actor));
	if ((column = reply_column(r, "day")) >= 0 && PQgetlength(r, 0, column) == sizeof(call->work->day) - 1)
		memcpy(call->work->day, PQgetvalue(r, 0, column), sizeof(call->work->day));
	return (true);
}
