/*
 * Path and method to route, against a table of the same shape as the generated one.
 * sources: api/engine/route.c api/base/arena.c api/base/memory.c api/base/buf.c api/base/text.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/route.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static const struct contract_op	op;

const struct contract_route	contract_routes[] = {
	{ .path = "/v1/things", .segments = { "v1", "things" }, .nsegments = 2,
	    .ops = { [CONTRACT_GET] = &op, [CONTRACT_POST] = &op } },
	{ .path = "/v1/things/{id}/{part}", .segments = { "v1", "things", NULL, NULL }, .nsegments = 4,
	    .ops = { [CONTRACT_GET] = &op } },
	{ .path = "/v1/things/{id}/notes", .segments = { "v1", "things", NULL, "notes" }, .nsegments = 4,
	    .ops = { [CONTRACT_PATCH] = &op } },
	{ .path = "/v1/things/by-code/{code}", .segments = { "v1", "things", "by-code", NULL }, .nsegments = 4,
	    .ops = { [CONTRACT_GET] = &op } },
	{ .path = "/v1/things/{id}", .segments = { "v1", "things", NULL }, .nsegments = 3,
	    .ops = { [CONTRACT_GET] = &op } }
};
const size_t			contract_nroutes = COUNT(contract_routes);

static void
paths_are_matched(void **state)
{
	static const struct {
		const char	*path, *route, *first, *second;
	} cases[] = {
		{ "/v1/things", "/v1/things", NULL, NULL },
		{ "/v1/%74hings", "/v1/things", NULL, NULL },
		{ "/v1/things/7", "/v1/things/{id}", "7", NULL },
		{ "/v1/things/%E4%B8%AD%20a", "/v1/things/{id}", "中 a", NULL },
		{ "/v1/things/a+b", "/v1/things/{id}", "a+b", NULL },
		{ "/v1/things/by-code", "/v1/things/{id}", "by-code", NULL },
		{ "/v1/things/by-code/9", "/v1/things/by-code/{code}", "9", NULL },
		{ "/v1/things/by-code/notes", "/v1/things/by-code/{code}", "notes", NULL },
		{ "/v1/things/7/notes", "/v1/things/{id}/notes", "7", NULL },
		{ "/v1/things/7/x", "/v1/things/{id}/{part}", "7", "x" },
	};
	static const char *const	lost[] = {
		"", "/", "*", "v1/things", "/v1", "/v1/things/", "//v1/things", "/v1//things", "/v1/thing", "/V1/things",
		"/v1/things/%", "/v1/things/%4", "/v1/things/%zz", "/v1/things/%00", "/v1/things/a%2fb", "/v1/things/%ff",
		"/v1/things/%c0%af", "/v1/things/.", "/v1/things/..", "/v1/things/%2e%2e", "/v1/things/1/2/3",
		"/a/b/c/d/e/f/g/h/i/j/k/l/m/n"
	};
	const char			*params[CONTRACT_SEGMENTS];
	const struct contract_route	*r;
	struct arena			*a = arena_create();
	size_t				 i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		memset(params, 0, sizeof(params));
		r = route_match(a, cases[i].path, params);
		assert_non_null(r);
		assert_string_equal(r->path, cases[i].route);
		if (cases[i].first != NULL)
			assert_string_equal(params[0], cases[i].first);
		if (cases[i].second != NULL)
			assert_string_equal(params[1], cases[i].second);
	}
	for (i = 0; i < COUNT(lost); i++)
		assert_null(route_match(a, lost[i], params));
	arena_destroy(a);
}

static void
methods_are_told(void **state)
{
	enum contract_method	m = CONTRACT_METHODS;

	(void)state;
	assert_int_equal(route_method("GET", NULL, &m), ROUTE_KNOWN);
	assert_int_equal(m, CONTRACT_GET);
	assert_int_equal(route_method("HEAD", NULL, &m), ROUTE_KNOWN);
	assert_int_equal(m, CONTRACT_GET);
	assert_int_equal(route_method("POST", "PATCH", &m), ROUTE_KNOWN);
	assert_int_equal(m, CONTRACT_PATCH);
	assert_int_equal(route_method("POST", "DELETE", &m), ROUTE_KNOWN);
	assert_int_equal(m, CONTRACT_DELETE);
	assert_int_equal(route_method("GET", "DELETE", &m), ROUTE_KNOWN);
	assert_int_equal(m, CONTRACT_GET);
	assert_int_equal(route_method("OPTIONS", NULL, &m), ROUTE_OPTIONS);
	assert_int_equal(route_method("PROPFIND", NULL, &m), ROUTE_UNKNOWN);
	assert_int_equal(route_method("get", NULL, &m), ROUTE_UNKNOWN);
	assert_int_equal(route_method("POST", "patch", &m), ROUTE_UNKNOWN);
}

static void
allow_lists_what_there_is(void **state)
{
	struct arena	*a = arena_create();

	(void)state;
	assert_string_equal(route_allow(a, &contract_routes[0]), "GET, HEAD, POST, OPTIONS");
	assert_string_equal(route_allow(a, &contract_routes[2]), "PATCH, OPTIONS");
	arena_destroy(a);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(paths_are_matched), cmocka_unit_test(methods_are_told),
		cmocka_unit_test(allow_lists_what_there_is)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
