/*
 * Accept, Content-Type, If-Match, If-None-Match.
 * sources: api/engine/negotiate.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/negotiate.h"

static void
accept_chooses_the_form(void **state)
{
	static const struct {
		const char		*accept;
		bool			 list;
		enum negotiate_form	 form;
	} cases[] = {
		{ NULL, true, NEGOTIATE_JSON }, { "", true, NEGOTIATE_JSON }, { "*/*", true, NEGOTIATE_JSON },
		{ "application/json", false, NEGOTIATE_JSON }, { "APPLICATION/JSON ; charset=utf-8", false, NEGOTIATE_JSON },
		{ "application/problem+json", false, NEGOTIATE_JSON }, { "application/*", false, NEGOTIATE_JSON },
		{ "text/csv", true, NEGOTIATE_CSV }, { "text/csv", false, NEGOTIATE_NONE }, { "text/*", true, NEGOTIATE_CSV },
		{ "text/csv, */*;q=0.1", true, NEGOTIATE_CSV }, { "text/csv, */*;q=0.1", false, NEGOTIATE_JSON },
		{ "text/csv;q=0.5, application/json", true, NEGOTIATE_JSON },
		{ "text/html, application/xhtml+xml, */*;q=0.8", true, NEGOTIATE_JSON },
		{ "image/png", true, NEGOTIATE_NONE }, { "application/json;q=0", true, NEGOTIATE_NONE },
		{ "*/*, application/json;q=0", false, NEGOTIATE_JSON },	/* a problem is still welcome */
		{ "application/jsonx", false, NEGOTIATE_NONE }, { ",,text/csv,,", true, NEGOTIATE_CSV }
	};
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(negotiate_accept(cases[i].accept, cases[i].list), cases[i].form);
}

static void
bodies_are_json(void **state)
{
	(void)state;
	assert_true(negotiate_json("application/json", false));
	assert_true(negotiate_json("Application/JSON; charset=UTF-8", false));
	assert_true(negotiate_json("application/json;charset=\"utf-8\"", false));
	assert_true(negotiate_json("application/merge-patch+json", true));
	assert_true(negotiate_json("application/json", true));
	assert_false(negotiate_json("application/merge-patch+json", false));
	assert_false(negotiate_json("application/json; charset=gbk", false));
	assert_false(negotiate_json("application/json; charset=utf-80", false));
	assert_false(negotiate_json("application/x-www-form-urlencoded", false));
	assert_false(negotiate_json("", false));
	assert_false(negotiate_json(NULL, false));
}

static void
versions_are_read(void **state)
{
	static const struct {
		const char	*tag;
		int64_t		 version;
	} cases[] = {
		{ "\"3\"", 3 }, { " \"12\" ", 12 }, { "\"3.20261123\"", 3 }, { "\"999999999999999999\"", 999999999999999999 },
		{ "\"9999999999999999999\"", -1 }, { "W/\"3\"", -1 }, { "3", -1 }, { "\"3", -1 }, { "\"\"", -1 },
		{ "\"x\"", -1 }, { "\"3.2026\"", -1 }, { "\"3\", \"4\"", -1 }, { "\"-1\"", -1 }, { "", -1 }
	};
	size_t	i;
	bool	any;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(negotiate_version(cases[i].tag, &any), cases[i].version);
		assert_false(any);
	}
	assert_int_equal(negotiate_version("*", &any), -1);
	assert_true(any);
	assert_int_equal(negotiate_version("*x", &any), -1);
	assert_false(any);
}

static void
what_did_not_change_is_not_sent(void **state)
{
	(void)state;
	assert_true(negotiate_unchanged("\"3\"", "\"3\""));
	assert_true(negotiate_unchanged("W/\"3\"", "\"3\""));
	assert_true(negotiate_unchanged("\"1\", \"2\" ,\"3\"", "\"3\""));
	assert_true(negotiate_unchanged("*", "\"3\""));
	assert_false(negotiate_unchanged("\"3.20261122\"", "\"3.20261123\""));
	assert_false(negotiate_unchanged("\"33\"", "\"3\""));
	assert_false(negotiate_unchanged("\"3\"x", "\"3\""));
	assert_false(negotiate_unchanged("", "\"3\""));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(accept_chooses_the_form), cmocka_unit_test(bodies_are_json),
		cmocka_unit_test(versions_are_read), cmocka_unit_test(what_did_not_change_is_not_sent)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
