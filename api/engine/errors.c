#include <string.h>

#include "base/log.h"
#include "contract/lookup.h"
#include "engine/errors.h"
#include "engine/validate.h"
#include "engine/work.h"
#include "problems.h"

#define RETRY_SECONDS	2

static const int	outcome_problems[] = {
	[PG_DONE] = PROBLEM_INTERNAL, [PG_FAILED] = PROBLEM_INTERNAL, [PG_TIMEOUT] = PROBLEM_TIMEOUT,
	[PG_LOST] = PROBLEM_UNAVAILABLE, [PG_UNAVAILABLE] = PROBLEM_UNAVAILABLE,
	[PG_OVERLOADED] = PROBLEM_OVERLOADED
};

static void
errors_set(struct engine_call *call, int problem)
{
	engine_refuse(call, problem, NULL);
	if (contract_problems[problem].status == 503 || contract_problems[problem].status == 504)
		call->reply.refusal.retry_after = RETRY_SECONDS;
}

void
errors_refuse_outcome(struct engine_call *call, enum pg_outcome outcome)
{
	errors_set(call, outcome_problems[outcome]);
}

/* The row of the table that fits best: the full state with this constraint, the full state, its class. */
static const struct contract_sqlstate *
errors_find(const char *state, const char *constraint)
{
	const struct contract_sqlstate	*row, *best = NULL;

	for (row = contract_sqlstates; row < contract_sqlstates + contract_nsqlstates; row++) {
		if (strncmp(row->sqlstate, state, strlen(row->sqlstate)) != 0)
			continue;
		if (row->constraint != NULL) {
			if (constraint != NULL && strcmp(row->constraint, constraint) == 0)
				return (row);
		} else if (best == NULL || strlen(row->sqlstate) > strlen(best->sqlstate)) {
			best = row;
		}
	}
	return (best);
}

/* DETAIL of an HZ error: {"code": …, "errors": […], further members of the problem}. */
static void
errors_domain(struct engine_call *call, const char *state, const char *detail, int fallback)
{
	json_t		*members = detail == NULL ? NULL : json_loads(detail, 0, NULL);
	const char	*code = json_string_value(json_object_get(members, "code"));
	int		 problem = code == NULL ? -1 : contract_problem_by_code(code);

	if (problem < 0) {
		log_line(LOG_LINE_ERROR, "%s: SQLSTATE %s without a known code", call->op->id, state);
		problem = fallback;
	}
	errors_set(call, problem);
	call->reply.refusal.errors = json_incref(json_object_get(members, "errors"));
	(void)json_object_del(members, "code");
	(void)json_object_del(members, "errors");
	if (json_object_size(members) > 0)
		call->reply.refusal.extra = members;
	else
		json_decref(members);
}

/* Errors of PostgreSQL itself; a constraint may name the member at fault. */
static void
errors_native(struct engine_call *call, const struct contract_sqlstate *row)
{
	const struct contract_problem	*p = &contract_problems[row->problem];

	errors_set(call, row->problem);
	if (row->pointer == NULL)
		return;
	call->reply.refusal.errors = json_array();
	validate_fault(call->reply.refusal.errors, row->pointer, p->code, p->detail_zh);
}

void
errors_refuse(struct engine_call *call, const struct pg_answer *answer)
{
	const struct contract_sqlstate	*row;
	const char			*state, *constraint;

	if (answer->outcome != PG_FAILED) {
		errors_refuse_outcome(call, answer->outcome);
		return;
	}
	state = PQresultErrorField(answer->error, PG_DIAG_SQLSTATE);
	constraint = PQresultErrorField(answer->error, PG_DIAG_CONSTRAINT_NAME);
	if (state == NULL) {
		errors_refuse_outcome(call, PG_LOST);	/* libpq's own: the connection is gone */
		return;
	}
	row = errors_find(state, constraint);
	/* a value that its type does not take, where the client wrote none but those of its cursor: that one is made up */
	if (strncmp(state, "22", 2) == 0 && call->work->query.nafter > 0)
		engine_refuse(call, PROBLEM_INVALID_CURSOR, NULL);
	else if (strncmp(state, "HZ", 2) == 0)
		errors_domain(call, state, PQresultErrorField(answer->error, PG_DIAG_MESSAGE_DETAIL),
		    row == NULL ? PROBLEM_INTERNAL : row->problem);
	else if (row != NULL)
		errors_native(call, row);
	else
		errors_set(call, PROBLEM_INTERNAL);
	if (call->reply.refusal.problem == PROBLEM_INTERNAL)
		log_line(LOG_LINE_ERROR, "%s: SQLSTATE %s%s%s in step %zu", call->op->id, state,
		    constraint == NULL ? "" : ", constraint ", constraint == NULL ? "" : constraint, answer->failed);
}
