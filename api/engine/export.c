#include "engine/csv.h"
#include "engine/errors.h"
#include "engine/export.h"
#include "engine/reply.h"
#include "engine/run.h"
#include "engine/session.h"

#define RECORD_TIMEOUT_MS	5000	/* as every write; the list itself may take longer */

static void
export_bind(struct engine_call *call, const char *operation, const char *path, const char *query)
{
	struct engine_work	*w = call->work;

	w->exporting.n = 0;
	work_bind(&w->exporting, w->query.sensitive ? "t" : "f", 0, WORK_TEXT);
	work_bind(&w->exporting, operation, 0, WORK_TEXT);
	work_bind(&w->exporting, path, 0, WORK_TEXT);
	work_bind(&w->exporting, query, 0, WORK_TEXT);
	work_step(call, STATEMENT_KEY(3), contract_export_sql, &w->exporting);
}

void
export_step(struct engine_call *call)
{
	export_bind(call, NULL, NULL, NULL);
}

bool
export_record(struct engine_call *call, pg_done *done)
{
	struct engine_work	*w = call->work;
	enum pg_outcome		 refused = PG_UNAVAILABLE;

	session_step(call);
	export_bind(call, call->op->id, call->path, w->query.others);
	w->pending = pg_send(PG_WRITE, 0, w->steps, w->nsteps, RECORD_TIMEOUT_MS, done, call, &refused);
	if (w->pending != NULL)
		return (false);
	errors_refuse_outcome(call, refused);
	return (true);
}

const char *
export_omitted(struct engine_call *call, const PGresult *r)
{
	const char	*omitted = r == NULL ? NULL : reply_value(r, "omitted", NULL);

	return (arena_string(call->arena, omitted == NULL ? "" : omitted));
}

static void
export_page_done(void *arg, struct pg_answer *answer)
{
	struct engine_call	*call = arg;
	struct engine_work	*w = call->work;

	w->pending = NULL;
	if (answer->outcome == PG_DONE)
		csv_page(call, answer->results[w->nsteps - 1]);
	else
		call->reply.broken = true;
	call->done(call);
}

bool
export_page(struct engine_call *call)
{
	struct engine_work	*w = call->work;
	enum pg_outcome		 refused;

	w->nsteps = 0;
	if (!csv_advance(call)) {
		call->reply.broken = true;
		return (true);
	}
	if (session_keyed(call)) {
		session_step(call);
		export_step(call);
	}
	run_operation(call, w->csv->page);
	w->pending = pg_send(w->lane, 0, w->steps, w->nsteps, call->op->timeout_ms, export_page_done, call,
	    &refused);
	call->reply.broken = w->pending == NULL;
	return (call->reply.broken);
}
