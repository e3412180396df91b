#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "engine/admit.h"
#include "engine/check.h"
#include "engine/csv.h"
#include "engine/export.h"
#include "engine/reply.h"
#include "engine/route.h"
#include "engine/run.h"
#include "engine/validate.h"
#include "problems.h"

#define STATEMENT_TIMEOUT_MS	5000	/* at least; a lane waits as long as its slowest operation may */

bool
engine_open(struct engine_call *call)
{
	enum contract_method	method;
	struct engine_work	*w;

	w = call->work = arena_zero(call->arena, sizeof(*w));
	w->late = -1;
	w->claim = PG_STEPS;
	call->op = NULL;
	call->actor[0] = '\0';
	memset(&call->reply, 0, sizeof(call->reply));
	call->reply.refusal.problem = -1;
	call->reply.file = -1;
	if ((call->route = route_match(call->arena, call->path, w->params)) == NULL) {
		engine_refuse(call, PROBLEM_NOT_FOUND, NULL);
		return (false);
	}
	switch (route_method(call->method, call->headers[ENGINE_METHOD_OVERRIDE], &method)) {
	case ROUTE_UNKNOWN:
		engine_refuse(call, PROBLEM_NOT_IMPLEMENTED, NULL);
		return (false);
	case ROUTE_KNOWN:
		call->op = call->route->ops[method];
		break;
	case ROUTE_OPTIONS:
		break;
	}
	if (call->op != NULL) {
		w->given = arena_zero(call->arena, (call->op->nvalues + 1) * sizeof(*w->given));
		return (true);
	}
	engine_field(call, "Allow", route_allow(call->arena, call->route));
	engine_refuse(call, PROBLEM_METHOD_NOT_ALLOWED, NULL);
	return (false);
}

bool
engine_run(struct engine_call *call)
{
	run_check(call);
	return (run_start(call));
}

bool
engine_admit(struct engine_call *call)
{
	run_check(call);
	return (admit_start(call));
}

bool
engine_refuse_late(struct engine_call *call, int problem)
{
	call->work->late = problem;
	return (run_start(call));
}

bool
engine_refused(struct engine_call *call)
{
	return (admit_refused(call));
}

bool
engine_more(struct engine_call *call)
{
	return (export_page(call));
}

void
engine_close(struct engine_call *call)
{
	struct engine_work	*w = call->work;

	json_decref(call->reply.refusal.errors);
	json_decref(call->reply.refusal.extra);
	call->reply.refusal.errors = call->reply.refusal.extra = NULL;
	if (w == NULL)
		return;
	if (call->reply.file >= 0)
		(void)close(call->reply.file);
	call->reply.file = -1;
	if (w->pending != NULL)
		pg_forget(w->pending);
	PQclear(w->held);
	PQclear(w->admitted);
	csv_close(w->csv);
	json_decref(w->late_errors);
	json_decref(w->value);
	explicit_bzero(w->secret, sizeof(w->secret));
	call->work = NULL;
}

const char *
engine_param(const struct engine_call *call, size_t i)
{
	return (call->work->params[i]);
}

void
engine_field(struct engine_call *call, const char *name, const char *value)
{
	struct engine_reply	*r = &call->reply;

	if (r->nfields == ENGINE_FIELDS)
		abort();	/* no operation sets that many: a fault of the program */
	r->fields[r->nfields++] = (struct engine_field){ arena_string(call->arena, name),
	    arena_string(call->arena, value) };
}

void
engine_answer(struct engine_call *call, int status, const char *type, const char *body, size_t length)
{
	if (type != NULL)
		engine_field(call, "Content-Type", type);
	call->reply.status = status;
	call->reply.body = body;
	call->reply.length = length;
}

void
engine_refuse(struct engine_call *call, int problem, const char *detail)
{
	struct engine_refusal	*r = &call->reply.refusal;

	r->problem = problem;
	r->detail = detail == NULL ? NULL : arena_string(call->arena, detail);
	call->reply.status = contract_problems[problem].status;
	if (problem == PROBLEM_UNAUTHORIZED)
		engine_field(call, "WWW-Authenticate", call->op != NULL && call->op->caller == CONTRACT_RECEIPT_HOLDER ? "Receipt" :
		    call->work->token == NULL ? "Bearer" : "Bearer error=\"invalid_token\"");
}

void
engine_answer_file(struct engine_call *call, int status, int fd, uint64_t offset, size_t length)
{
	engine_answer(call, status, NULL, NULL, length);
	call->reply.file = fd;
	call->reply.offset = offset;
}

const char *
engine_row_text(const struct engine_call *call, const char *column)
{
	return (call->work->held == NULL ? NULL : reply_value(call->work->held, column, NULL));
}

const char *
engine_admit_text(const struct engine_call *call, const char *column)
{
	return (call->work->admitted == NULL ? NULL : reply_value(call->work->admitted, column, NULL));
}

const char *
engine_query_text(const struct engine_call *call, const char *name)
{
	size_t	i;

	for (i = 0; i < call->op->nquery; i++)
		if (strcmp(call->op->query[i].name, name) == 0)
			return (call->work->query.values[i]);
	return (NULL);
}

bool
engine_recheck(struct engine_call *call)
{
	run_check(call);
	return (call->work->late < 0);
}

void
engine_value_set(struct engine_call *call, const char *name, const char *text)
{
	size_t	i;

	for (i = 0; i < call->op->nvalues; i++)
		if (strcmp(call->op->values[i], name) == 0)
			call->work->given[i] = text == NULL ? NULL : arena_string(call->arena, text);
}

void
engine_late(struct engine_call *call, int problem, const char *pointer, const char *code, const char *detail)
{
	struct engine_work	*w = call->work;

	if (w->late < 0)
		w->late = problem;
	validate_fault(w->late_errors, pointer, code, detail);
}

const char *
engine_secret(const struct engine_call *call)
{
	return (call->work->secret);
}

static unsigned
engine_setting(const char *name, unsigned fallback)
{
	const char	*text = getenv(name);
	long		 n = text == NULL ? 0 : strtol(text, NULL, 10);

	return (n >= 1 && n <= 64 ? (unsigned)n : fallback);
}

/* The longest an operation of this lane may take: what PostgreSQL itself is told. */
static unsigned
engine_statement_timeout(enum pg_lane lane)
{
	unsigned	longest = STATEMENT_TIMEOUT_MS;
	size_t		i;

	for (i = 0; i < contract_nops; i++)
		if (work_lane(contract_ops[i]) == lane && contract_ops[i]->timeout_ms > longest)
			longest = contract_ops[i]->timeout_ms;
	return (longest);
}

bool
engine_start(const char *conninfo)
{
	struct pg_config	config = {
		.conninfo = conninfo,
		.up = check_lane,
		.lanes = {
			[PG_READ] = { .connections = engine_setting("HZ_PG_READ", 4), .depth = 32, .queue = 1024,
			    .read_only = true },
			[PG_WRITE] = { .connections = engine_setting("HZ_PG_WRITE", 8), .depth = 1, .queue = 512 },
			[PG_SLOW] = { .connections = engine_setting("HZ_PG_SLOW", 2), .depth = 1, .queue = 16 }
		}
	};
	const char		*why;
	enum pg_lane		 lane;
	size_t			 i;

	json_set_alloc_funcs(memory_alloc, free);
	if (!crypto_start())
		return (false);
	if (!validate_start(contract_patterns, &why)) {
		log_line(LOG_LINE_ERROR, "pattern does not compile: %s", why);
		return (false);
	}
	for (i = 0; i < contract_nops; i++) {
		if ((why = statement_unfit(contract_ops[i])) != NULL) {
			log_line(LOG_LINE_ERROR, "operation %s: %s", contract_ops[i]->id, why);
			return (false);
		}
	}
	for (lane = 0; lane < PG_LANES; lane++)
		config.lanes[lane].statement_timeout_ms = engine_statement_timeout(lane);
	if (!pg_start(&config)) {
		log_line(LOG_LINE_ERROR, "HZ_DATABASE cannot be read");
		return (false);
	}
	return (true);
}

void
engine_stop(void)
{
	pg_stop();
}

unsigned
engine_inflight(void)
{
	return (pg_inflight());
}

bool
engine_ready(void)
{
	enum pg_lane	lane;
	bool		up = true;

	for (lane = 0; lane < PG_LANES; lane++) {
		if (pg_connected(lane) == 0)
			up = false;
		else
			check_lane(lane);	/* where it was cut short */
	}
	return (up && check_passed());
}
