#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "engine/check.h"
#include "engine/idempotency.h"
#include "engine/reply.h"
#include "engine/work.h"

#define CHECK_TIMEOUT_MS	10000

/* Types a column may have, by their fixed OIDs. */
enum { OID_INT8 = 20, OID_INT4 = 23, OID_TEXT = 25, OID_JSON = 114, OID_JSONB = 3802 };

struct column {
	const char	*name;
	Oid		 types[3];
	bool		 needed;
};

static const struct column	object_columns[] = {
	{ "status", { OID_INT4 }, false }, { "body", { OID_JSON, OID_JSONB, OID_TEXT }, false },
	{ "version", { OID_INT8, OID_INT4 }, false }, { "location", { OID_TEXT }, false }, { NULL, { 0 }, false }
};
static const struct column	list_columns[] = {
	{ "items", { OID_JSON, OID_JSONB }, true }, { "next_key", { OID_JSON, OID_JSONB }, true }, { NULL, { 0 }, false }
};

/* The engine's own statements. */
static const struct own {
	enum pg_lane	 lane;
	const char	*name, *sql;
	int		 nparams;
} owns[] = {
	{ PG_READ, "auth", contract_auth_sql, 2 },
	{ PG_READ, "nobody", contract_nobody_sql, 0 },
	{ PG_READ, "export", contract_export_sql, 4 },
	{ PG_WRITE, "the claim of an Idempotency-Key", idempotency_claim_sql, 3 },
	{ PG_WRITE, "the replay of an answer", idempotency_replay_sql, 3 }
};

#define OWNS	(sizeof(owns) / sizeof(owns[0]))

/* Where the check of one lane is: its own statements, then variant by variant, operation by operation. */
struct progress {
	bool			 running, done;
	size_t			 own;
	size_t			 op;
	size_t			 variant;
	struct arena		*arena;		/* of the statement under way */
	struct statement	 statement;
	struct pg_step		 step;
};

static struct progress	progress[PG_LANES];

static void	check_next(enum pg_lane);

/* The variants of an operation: bare; idempotent; and for each sort, all filters and the cursor. */
static bool
check_variant(const struct contract_op *op, size_t n, struct statement_variant *v)
{
	memset(v, 0, sizeof(*v));
	if (n == 0)
		return (true);
	if (n == 1) {
		v->idempotent = op->idempotent;
		return (true);
	}
	v->sort = n - 2;
	v->filters = (UINT64_C(1) << op->nquery) - 1;
	v->after = op->cursor;
	return (n - 2 < op->nsorts || n == 2);
}

static bool
column_fits(const PGresult *r, int i, const struct column *columns)
{
	const struct column	*c;
	size_t			 t;

	for (c = columns; c->name != NULL; c++) {
		if (strcmp(c->name, PQfname(r, i)) != 0)
			continue;
		for (t = 0; t < 3; t++)
			if (c->types[t] != 0 && c->types[t] == PQftype(r, i))
				return (true);
	}
	return (false);
}

static void __attribute__((noreturn, format(printf, 2, 3)))
check_fail(const struct progress *p, const char *format, ...)
{
	const struct contract_op	*op = contract_ops[p->op];
	char				 why[512], text[768];
	va_list				 ap;

	va_start(ap, format);
	(void)vsnprintf(why, sizeof(why), format, ap);
	va_end(ap);
	if (p->own < OWNS)
		(void)snprintf(text, sizeof(text), "%s does not fit the database: %s", owns[p->own].name, why);
	else
		(void)snprintf(text, sizeof(text), "db/queries/%s.sql of operation %s does not fit the database: %s",
		    op->file, op->id, why);
	pg_fatal(text);
}

static void
check_columns(const struct progress *p, const PGresult *r)
{
	const struct column	*columns, *c;
	int			 i;

	if (contract_ops[p->op]->kind == CONTRACT_KIND_ROW)
		return;		/* C reads what it needs by name */
	columns = contract_ops[p->op]->kind == CONTRACT_KIND_LIST ? list_columns : object_columns;
	for (i = 0; i < PQnfields(r); i++)
		if (!column_fits(r, i, columns))
			check_fail(p, "column %s is unknown or of another type (%u)", PQfname(r, i), PQftype(r, i));
	for (c = columns; c->name != NULL; c++)
		if (c->needed && reply_column(r, c->name) < 0)
			check_fail(p, "column %s is missing", c->name);
}

static int
check_nparams(const struct progress *p)
{
	if (p->own < OWNS)
		return (owns[p->own].nparams);
	if (p->statement.claim < 0)
		return (p->statement.norder);
	return (p->statement.claim + statement_claims(contract_ops[p->op]));
}

static void
check_done(void *arg, struct pg_answer *answer)
{
	struct progress	*p = arg;
	const char	*state;

	arena_destroy(p->arena);
	p->arena = NULL;
	if (answer->outcome == PG_FAILED) {
		state = PQresultErrorField(answer->error, PG_DIAG_SQLSTATE);
		/* 08, 53, 57: the server is in trouble, not the statement. */
		if (state != NULL && strncmp(state, "08", 2) != 0 && strncmp(state, "53", 2) != 0 &&
		    strncmp(state, "57", 2) != 0)
			check_fail(p, "SQLSTATE %s: %s", state,
			    PQresultErrorField(answer->error, PG_DIAG_MESSAGE_PRIMARY));
	}
	if (answer->outcome != PG_DONE) {
		p->running = false;	/* taken up again when a connection comes up */
		return;
	}
	if (PQnparams(answer->results[0]) != check_nparams(p))
		check_fail(p, "it takes %d parameters, %d are bound", PQnparams(answer->results[0]), check_nparams(p));
	if (p->own < OWNS) {
		p->own++;
	} else {
		check_columns(p, answer->results[0]);
		p->variant++;
	}
	check_next((enum pg_lane)(p - progress));
}

/* On to the next statement of this lane; false when there is none. */
static bool
check_advance(struct progress *p, enum pg_lane lane)
{
	const struct contract_op	*op;
	struct statement_variant	 v;

	while (p->own < OWNS && owns[p->own].lane != lane)
		p->own++;
	if (p->own < OWNS) {
		p->step = (struct pg_step){ .sql = owns[p->own].sql };
		return (true);
	}
	for (; p->op < contract_nops; p->op++, p->variant = 0) {
		op = contract_ops[p->op];
		if (op->sql == NULL || work_lane(op) != lane || !check_variant(op, p->variant, &v))
			continue;
		statement_build(p->arena, op, &v, &p->statement);
		p->step = (struct pg_step){ .sql = p->statement.sql };
		return (true);
	}
	return (false);
}

static void
check_next(enum pg_lane lane)
{
	struct progress	*p = &progress[lane];
	enum pg_outcome	 refused;

	p->arena = arena_create();
	if (!check_advance(p, lane)) {
		arena_destroy(p->arena);
		p->arena = NULL;
		p->running = false;
		p->done = true;
		if (check_passed())
			log_line(LOG_LINE_INFO, "every statement fits the database");
		return;
	}
	p->running = pg_describe(lane, &p->step, CHECK_TIMEOUT_MS, check_done, p, &refused) != NULL;
	if (!p->running) {
		arena_destroy(p->arena);
		p->arena = NULL;
	}
}

void
check_lane(enum pg_lane lane)
{
	if (!progress[lane].running && !progress[lane].done)
		check_next(lane);
}

bool
check_passed(void)
{
	return (progress[PG_READ].done && progress[PG_WRITE].done && progress[PG_SLOW].done);
}
