/*
 * The text of a statement for each set of filters, and what its placeholders are.
 * sources: api/engine/statement.c api/base/arena.c api/base/memory.c api/base/buf.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/query.h"
#include "engine/statement.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static const struct contract_bind	 binds[] = {
	{ CONTRACT_FROM_QUERY, 0 }, { CONTRACT_FROM_QUERY, 1 }, { CONTRACT_FROM_AFTER, 0 }, { CONTRACT_FROM_LIMIT, 0 }
};
static const struct contract_token	 tokens[] = {
	{ "SELECT 1 WHERE true", -1, CONTRACT_ALWAYS, 0, false },
	{ " AND a = ", 0, CONTRACT_IF_QUERY, 0, false }, { "::text", -1, CONTRACT_IF_QUERY, 0, false },
	{ " AND b IS NULL", -1, CONTRACT_IF_QUERY, 1, true },
	{ " AND b = ", 1, CONTRACT_IF_QUERY, 1, false }, { " AND c <> ", 1, CONTRACT_IF_QUERY, 1, false },
	{ " AND k > ", 2, CONTRACT_IF_AFTER, 0, false },
	{ " ORDER BY k", -1, CONTRACT_IF_SORT, 0, false }, { " ORDER BY k DESC", -1, CONTRACT_IF_SORT, 1, false },
	{ " LIMIT ", 3, CONTRACT_ALWAYS, 0, false }, { " + 1", -1, CONTRACT_ALWAYS, 0, false }
};
static const struct contract_token	 command[] = {
	{ "SELECT * FROM f(", 0, CONTRACT_ALWAYS, 0, false }, { "::jsonb) -- a remark", -1, CONTRACT_ALWAYS, 0, false }
};
static const struct contract_op		 list = {
	.id = "list", .sql = tokens, .nsql = COUNT(tokens), .binds = binds, .nbinds = COUNT(binds), .nquery = 2, .nsorts = 2
};
static const struct contract_op		 create = { .id = "create", .sql = command, .nsql = COUNT(command), .binds = binds, .nbinds = 1 };
static const struct contract_op		 secret = {
	.id = "secret", .sql = command, .nsql = COUNT(command), .binds = binds, .nbinds = 1, .secret = "key"
};
static const struct contract_op		 crowded = { .id = "crowded", .nquery = QUERY_PARAMS + 1 };

const struct contract_op *const	contract_ops[] = { &list, &create, &secret };
const size_t			contract_nops = COUNT(contract_ops);

static void
lines_come_and_go(void **state)
{
	static const struct {
		struct statement_variant	 v;
		const char			*sql;
		int				 norder, order[4];
	} cases[] = {
		{ { .filters = 0 }, "SELECT 1 WHERE true AND b IS NULL ORDER BY k LIMIT $1 + 1", 1, { 3 } },
		{ { .filters = 1 }, "SELECT 1 WHERE true AND a = $1::text AND b IS NULL ORDER BY k LIMIT $2 + 1", 2, { 0, 3 } },
		{ { .filters = 2 }, "SELECT 1 WHERE true AND b = $1 AND c <> $1 ORDER BY k LIMIT $2 + 1", 2, { 1, 3 } },
		{ { .filters = 3, .after = true, .sort = 1 }, "SELECT 1 WHERE true AND a = $1::text AND b = $2 AND c <> $2"
		    " AND k > $3 ORDER BY k DESC LIMIT $4 + 1", 4, { 0, 1, 2, 3 } }
	};
	struct arena		*a = arena_create();
	struct statement	 s;
	size_t			 i;
	int			 n;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		statement_build(a, &list, &cases[i].v, &s);
		assert_string_equal(s.sql, cases[i].sql);
		assert_int_equal(s.norder, cases[i].norder);
		for (n = 0; n < s.norder; n++)
			assert_int_equal(s.order[n], cases[i].order[n]);
		assert_int_equal(s.claim, -1);
	}
	arena_destroy(a);
}

static void
every_variant_has_its_own_key(void **state)
{
	struct arena			*a = arena_create();
	struct statement		 s;
	struct statement_variant	 v;
	uint64_t			 keys[3 * 4 * 2 * 2 * 2];
	size_t				 i, j, n = 0, op;

	(void)state;
	for (op = 0; op < contract_nops; op++) {
		for (i = 0; i < 32; i++) {
			v = (struct statement_variant){ .filters = i % 4, .sort = i / 4 % 2, .after = i / 8 % 2, .idempotent = i / 16 };
			statement_build(a, contract_ops[op], &v, &s);
			keys[n++] = s.key;
		}
	}
	for (i = 0; i < n; i++) {
		assert_true(keys[i] < STATEMENT_KEY(0));
		for (j = 0; j < i; j++)
			assert_int_not_equal(keys[i], keys[j]);
	}
	arena_destroy(a);
}

static void
an_answer_is_stored_beside_its_effect(void **state)
{
	const struct statement_variant	 v = { .idempotent = true };
	struct arena			*a = arena_create();
	struct statement		 s;

	(void)state;
	statement_build(a, &create, &v, &s);
	assert_non_null(strstr(s.sql, "(\nSELECT * FROM f($1::jsonb) -- a remark\n) s)"));
	assert_non_null(strstr(s.sql, "i.key_hash = $2::bytea"));
	assert_null(strstr(s.sql, "secret_box"));
	assert_int_equal(s.claim, 1);
	statement_build(a, &secret, &v, &s);
	assert_non_null(strstr(s.sql, "secret_box = $3::bytea"));
	assert_non_null(strstr(s.sql, "i.key_hash = $2::bytea"));
	arena_destroy(a);
}

static void
bounds_are_told_at_start(void **state)
{
	(void)state;
	assert_null(statement_unfit(&list));
	assert_non_null(statement_unfit(&crowded));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(lines_come_and_go), cmocka_unit_test(every_variant_has_its_own_key),
		cmocka_unit_test(an_answer_is_stored_beside_its_effect), cmocka_unit_test(bounds_are_told_at_start)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
