#include "engine/admit.h"
#include "engine/bind.h"
#include "engine/errors.h"
#include "engine/run.h"
#include "engine/session.h"
#include "problems.h"

static void
admit_done(void *arg, struct pg_answer *answer)
{
	struct engine_call	*call = arg;
	struct engine_work	*w = call->work;
	size_t			 last = w->nsteps - 1;

	w->pending = NULL;
	if (answer->outcome != PG_DONE) {
		errors_refuse(call, answer);
	} else if (!session_actor(call, answer)) {
		engine_refuse(call, PROBLEM_UNAUTHORIZED, NULL);
	} else if (call->op->admit != NULL) {
		PQclear(w->admitted);
		w->admitted = answer->results[last];
		answer->results[last] = NULL;
		if (PQntuples(w->admitted) == 0)
			engine_refuse(call, PROBLEM_NOT_FOUND, NULL);
	}
	call->done(call);
}

bool
admit_start(struct engine_call *call)
{
	const struct contract_op	*admit = call->op->admit;
	struct engine_work		*w = call->work;
	const struct statement_variant	 v = { .filters = w->query.present };
	struct statement		 s;

	if (w->late >= 0)
		return (run_start(call));
	if (!session_identify(call))
		return (true);
	session_step(call);
	if (admit != NULL) {
		statement_build(call->arena, admit, &v, &s);
		bind_statement(call, call->arena, &s);
		work_step(call, s.key, s.sql, &w->values);
	}
	return (w->nsteps == 0 || work_send(call, PG_READ, admit_done));
}

static void
refused_done(void *arg, struct pg_answer *answer)
{
	struct engine_call	*call = arg;
	struct engine_work	*w = call->work;

	w->pending = NULL;
	if (answer->outcome == PG_DONE) {
		w->held = answer->results[w->nsteps - 1];
		answer->results[w->nsteps - 1] = NULL;
	}
	call->done(call);
}

bool
admit_refused(struct engine_call *call)
{
	struct engine_work		*w = call->work;
	const struct statement_variant	 v = { .filters = w->query.present };
	struct statement		 s;
	enum pg_outcome			 unable;

	PQclear(w->held);
	w->held = NULL;
	session_step(call);
	statement_build(call->arena, call->op->refused, &v, &s);
	bind_statement(call, call->arena, &s);
	work_step(call, s.key, s.sql, &w->values);
	w->pending = pg_send(PG_READ, 0, w->steps, w->nsteps, call->op->timeout_ms, refused_done, call, &unable);
	return (w->pending == NULL);
}
