/*
 * Random requests to every operation of the real contract: the statement's placeholders are numbered 1 … n without a gap,
 * n values are bound, the key names one text only, and what the client wrote stands in no statement's text.
 * First two octets: the operation; third: cursor, key; then the query string.
 * sources: build/gen/contract_tables.c api/engine/statement.c api/engine/bind.c api/engine/transform.c api/engine/query.c api/engine/cursor.c api/engine/negotiate.c api/engine/validate.c api/engine/validate_text.c api/engine/pattern.c api/rule/format.c api/rule/uscc.c api/rule/phone.c api/rule/receipt.c api/base/arena.c api/base/memory.c api/base/buf.c api/base/text.c api/crypto/crypto.c
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engine/bind.h"
#include "engine/cursor.h"
#include "handlers.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* The tables point at the handlers; no handler is called here. */
#define STAND_IN(name)	void name(struct engine_call *call) { (void)call; abort(); }
CONTRACT_HANDLERS(STAND_IN)

#define SEEN	4096

/* Which text each key had when it was met first. */
static struct { uint64_t key; char *sql; } seen[SEEN];

void
work_bind(struct work_values *v, const void *value, int length, int format)
{
	if (v->n >= WORK_VALUES)
		abort();
	v->text[v->n] = value;
	v->lengths[v->n] = length;
	v->formats[v->n++] = format;
}

static void
check_key(const struct statement *s)
{
	size_t	i = (size_t)(s->key * UINT64_C(0x9e3779b97f4a7c15) >> 52);

	if (s->key == 0 || s->key >= STATEMENT_KEY(0))
		abort();
	if (seen[i].sql != NULL && seen[i].key == s->key && strcmp(seen[i].sql, s->sql) != 0)
		abort();
	if (seen[i].sql == NULL || seen[i].key != s->key) {
		free(seen[i].sql);
		seen[i].sql = strdup(s->sql);
		seen[i].key = s->key;
	}
}

/* Every $1 … $n stands in the text, and no other. */
static void
check_numbers(const char *sql, int n)
{
	bool	found[WORK_VALUES + 1] = { false };
	long	number;
	int	i;

	for (; (sql = strchr(sql, '$')) != NULL; sql++) {
		if (!isdigit((unsigned char)sql[1]))
			abort();
		number = strtol(sql + 1, NULL, 10);
		if (number < 1 || number > n)
			abort();
		found[number] = true;
	}
	for (i = 1; i <= n; i++)
		if (!found[i])
			abort();
}

static void
check_statement(struct engine_call *call, bool idempotent)
{
	struct engine_work		*w = call->work;
	const struct statement_variant	 v = { .filters = w->query.present, .sort = w->query.sort,
	    .after = w->query.nafter > 0, .idempotent = idempotent };
	struct statement		 s;
	int				 i;

	statement_build(call->arena, call->op, &v, &s);
	bind_statement(call, call->arena, &s);
	if (w->values.n != s.norder + (idempotent ? statement_claims(call->op) : 0))
		abort();
	check_numbers(s.sql, w->values.n);
	check_key(&s);
	if (strstr(s.sql, "zzcanary") != NULL)
		abort();
	/* a value is absent only where SQL is told so: an optional filter's line is then not in the text */
	for (i = 0; i < s.norder; i++)
		if (w->values.text[i] == NULL && call->op->binds[s.order[i]].source == CONTRACT_FROM_LIMIT)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct engine_work	 work = { .late = -1, .body = "{}" };
	struct engine_call	 call = { .work = &work };
	json_auto_t		*errors = NULL;
	size_t			 i;
	int			 problem;

	if (size < 3)
		return (0);
	call.op = contract_ops[(data[0] * (size_t)256 + data[1]) % contract_nops];
	if (call.op->sql == NULL)
		return (0);
	errors = json_array();
	call.arena = arena_create();
	work.given = arena_zero(call.arena, (call.op->nvalues + 1) * sizeof(*work.given));
	for (i = 0; i < call.op->nvalues; i++)
		work.given[i] = "zzcanary";
	call.path = "/x";
	call.query = arena_dup(call.arena, data + 3, size - 3);
	call.headers[ENGINE_IF_MATCH] = (data[2] & 2) != 0 ? call.query : NULL;
	for (i = 0; i < CONTRACT_SEGMENTS; i++)
		work.params[i] = "zzcanary";
	if (query_parse(call.arena, call.op, call.path, call.query, NULL, &work.query, errors, &problem)) {
		if (call.op->cursor && (data[2] & 1) != 0 && !cursor_follow(call.arena, "[\"zzcanary\", null, 7]", &work.query))
			abort();
		check_statement(&call, call.op->method == CONTRACT_POST && call.op->caller != CONTRACT_ANYBODY && (data[2] & 4) != 0);
	}
	arena_destroy(call.arena);
	return (0);
}
