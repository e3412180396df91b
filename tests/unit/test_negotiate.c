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
bodies_have_the_type_of_the_document(void **state)
{
	static const char	json[] = "application/json", patch[] = "application/merge-patch+json";

	(void)state;
	assert_true(negotiate_type("application/json", json));
	assert_true(negotiate_type("Application/JSON; charset=UTF-8", json));
	assert_true(negotiate_type("application/json;charset=\"utf-8\"", json));
	assert_true(negotiate_type("application/merge-patch+json", patch));
	assert_false(negotiate_type("application/json", patch));
	assert_false(negotiate_type("application/merge-patch+json", json));
	assert_false(negotiate_type("application/json; charset=gbk", json));
	assert_false(negotiate_type("application/json; charset=utf-80", json));
	assert_false(negotiate_type("application/x-www-form-urlencoded", json));
	assert_false(negotiate_type("", json));
	assert_false(negotiate_type(NULL, json));
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
		cmocka_unit_test(accept_chooses_the_form), cmocka_unit_test(bodies_have_the_type_of_the_document),
		cmocka_unit_test(versions_are_read), cmocka_unit_test(what_did_not_change_is_not_sent)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
