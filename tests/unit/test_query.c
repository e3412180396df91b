/*
 * Query strings and cursors.
 * sources: api/engine/query.c api/engine/cursor.c api/engine/validate.c api/engine/validate_text.c api/engine/pattern.c api/rule/format.c api/rule/uscc.c api/rule/phone.c api/rule/receipt.c api/base/arena.c api/base/memory.c api/base/buf.c api/base/text.c api/crypto/crypto.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "engine/cursor.h"
#include "engine/query.h"
#include "problems.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define KEY		"[\"2026-11-23T09:30:00.5+08:00\", null]"

static const char *const		 states[] = { "open", "closed", NULL };
static const struct contract_schema	 state_schema = { .type = CONTRACT_STRING, .max_length = SIZE_MAX, .values = states };
static const struct contract_schema	 array_schema = { .type = CONTRACT_ARRAY, .max_length = 3, .items = &state_schema };
static const struct contract_schema	 number_schema = { .type = CONTRACT_INTEGER, .has_minimum = true, .minimum = 1 };
static const struct contract_schema	 date_schema = { .type = CONTRACT_STRING, .format = CONTRACT_DATE, .max_length = SIZE_MAX };
static const struct contract_param	 params[] = {
	{ .name = "state", .schema = &array_schema }, { .name = "n", .schema = &number_schema, .fallback = "5" },
	{ .name = "from", .schema = &date_schema }
};
static const char *const		 sorts[] = { "found_at", "-found_at" };
static const struct contract_op		 list = {
	.id = "things_list", .kind = CONTRACT_KIND_LIST, .query = params, .nquery = COUNT(params), .limit = true,
	.cursor = true, .sorts = sorts, .nsorts = COUNT(sorts)
};
static const struct contract_param	 needed[] = { { .name = "from", .schema = &date_schema, .required = true } };
static const struct contract_op		 object = { .id = "things_get", .query = needed, .nquery = 1 };

static struct arena	*arena;
static json_t		*errors;
static int		 problem;
static struct query	 q;

static int
setup(void **state)
{
	(void)state;
	arena = arena_create();
	errors = json_array();
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	json_decref(errors);
	arena_destroy(arena);
	return (0);
}

static bool
parse(const struct contract_op *op, const char *raw)
{
	(void)json_array_clear(errors);
	return (query_parse(arena, op, "/v1/things", raw, NULL, &q, errors, &problem));
}

/* "pointer code, pointer code": the faults in their order. */
static const char *
faults(void)
{
	const char	*text = "";
	json_t		*e;
	size_t		 i;

	json_array_foreach(errors, i, e)
		text = arena_format(arena, "%s%s%s %s", text, i > 0 ? ", " : "",
		    json_string_value(json_object_get(e, "pointer")), json_string_value(json_object_get(e, "code")));
	return (text);
}

static void
absent_values_take_their_defaults(void **state)
{
	(void)state;
	assert_true(parse(&list, NULL));
	assert_null(q.values[0]);
	assert_string_equal(q.values[1], "5");
	assert_int_equal(q.present, 2);
	assert_int_equal(q.limit, 50);
	assert_int_equal(q.sort, 0);
	assert_int_equal(q.nafter, 0);
	assert_string_equal(q.others, "");
	assert_true(parse(&list, ""));
	assert_true(parse(&list, "&&"));
}

static void
values_are_decoded(void **state)
{
	(void)state;
	assert_true(parse(&list, "state=open%2Cclosed&state=open&n=%37&limit=200&sort=-found_at"));
	assert_string_equal(q.values[0], "open,closed,open");
	assert_string_equal(q.values[1], "7");
	assert_int_equal(q.limit, 200);
	assert_int_equal(q.sort, 1);
	assert_int_equal(q.present, 3);
	assert_string_equal(q.others, "state=open%2Cclosed&state=open&n=%37&sort=-found_at");
}

static void
all_faults_are_told_at_once(void **state)
{
	static const struct {
		const char	*raw, *faults;
	} cases[] = {
		{ "x=1", "?x unknown_parameter" },
		{ "State=open", "?State unknown_parameter" },
		{ "n=1&n=2", "?n duplicate_parameter" },
		{ "limit=1&limit=1", "?limit duplicate_parameter" },
		{ "sort=name&limit=201&n=0&y=", "?y unknown_parameter, ?limit out_of_range, ?sort not_in_enum, ?n out_of_range" },
		{ "limit=", "?limit out_of_range" }, { "limit=+5", "?limit out_of_range" }, { "limit=5x", "?limit out_of_range" },
		{ "limit=-5", "?limit out_of_range" }, { "limit=99999999999999999999", "?limit out_of_range" },
		{ "limit=0", "?limit out_of_range" }, { "from=2026-02-30", "?from bad_format" },
		{ "state=open,gone", "?state/1 not_in_enum" },
		{ "n=%", "? bad_character" }, { "n=%00", "? bad_character" }, { "%ff=1", "? bad_character" },
	};
	size_t	i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_false(parse(&list, cases[i].raw));
		assert_string_equal(faults(), cases[i].faults);
		assert_int_equal(problem, PROBLEM_INVALID_QUERY);
	}
	assert_false(parse(&object, NULL));
	assert_string_equal(faults(), "?from required");
	assert_false(parse(&object, "from=2026-01-01&limit=5&cursor=x&sort=y"));
	assert_string_equal(faults(), "?limit unknown_parameter, ?cursor unknown_parameter, ?sort unknown_parameter");
}

static void
a_cursor_comes_back(void **state)
{
	const char	*cursor;

	(void)state;
	assert_true(parse(&list, "state=open"));
	cursor = cursor_encode(arena, &q, KEY);
	assert_true(parse(&list, arena_format(arena, "limit=3&cursor=%s&state=open", cursor)));
	assert_int_equal(q.nafter, 2);
	assert_string_equal(q.after[0], "2026-11-23T09:30:00.5+08:00");
	assert_null(q.after[1]);
	assert_string_equal(q.others, "state=open");
}

static void
a_cursor_is_bound_to_its_list(void **state)
{
	static const char *const	others[] = { "", "state=closed", "state=open&n=6", "state=open&sort=-found_at" };
	const char			*cursor;
	size_t				 i;

	(void)state;
	assert_true(parse(&list, "state=open"));
	cursor = cursor_encode(arena, &q, KEY);
	for (i = 0; i < COUNT(others); i++) {
		assert_false(parse(&list, arena_format(arena, "%s&cursor=%s", others[i], cursor)));
		assert_int_equal(problem, PROBLEM_INVALID_CURSOR);
		assert_string_equal(faults(), "?cursor invalid_cursor");
	}
	assert_false(query_parse(arena, &list, "/v1/other", arena_format(arena, "state=open&cursor=%s", cursor), NULL, &q,
	    errors, &problem));
	assert_false(parse(&list, arena_format(arena, "x=1&cursor=%s", cursor + 1)));
	assert_int_equal(problem, PROBLEM_INVALID_QUERY);
}

static void
a_damaged_cursor_is_refused(void **state)
{
	static const char *const	plains[] = {
		"", "{}", "[]", "[\"%s\"]", "[\"%s\",1.5]", "[\"%s\",[]]", "[\"%s\",\"a\",\"b\",\"c\",\"d\",\"e\"]", "[\"%s\",\"a\"",
		"[\"%s\",\"\\u0000\"]", "[1,\"a\"]"
	};
	char				 digest[17], cursor[400];
	const char			*plain;
	size_t				 i;

	(void)state;
	assert_true(parse(&list, NULL));
	assert_int_equal(snprintf(digest, sizeof(digest), "%s", q.digest), sizeof(digest) - 1);
	for (i = 0; i < COUNT(plains); i++) {
		plain = strstr(plains[i], "%s") == NULL ? plains[i] :
		    arena_format(arena, "[\"%s%s", digest, strchr(plains[i] + 2, '"'));
		text_base64_encode(cursor, plain, strlen(plain));
		assert_false(parse(&list, arena_format(arena, "cursor=%s", cursor)));
		assert_int_equal(problem, PROBLEM_INVALID_CURSOR);
	}
	assert_false(parse(&list, "cursor=***"));
	assert_true(parse(&list, NULL));
	assert_false(cursor_follow(arena, "[]", &q));
	assert_false(cursor_follow(arena, "{", &q));
	assert_true(cursor_follow(arena, "[\"a\", 7, null]", &q));
	assert_string_equal(q.after[0], "a");
	assert_string_equal(q.after[1], "7");
	assert_null(q.after[2]);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test_setup_teardown(absent_values_take_their_defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(values_are_decoded, setup, teardown),
		cmocka_unit_test_setup_teardown(all_faults_are_told_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(a_cursor_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(a_cursor_is_bound_to_its_list, setup, teardown),
		cmocka_unit_test_setup_teardown(a_damaged_cursor_is_refused, setup, teardown)
	};

	return (crypto_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1);
}
