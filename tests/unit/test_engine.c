/*
 * The order of refusals, and what becomes of errors, with a PostgreSQL that answers what the test says.
 * sources: api/engine/admit.c api/engine/bind.c api/engine/body.c api/engine/check.c api/engine/csv.c api/engine/cursor.c api/engine/engine.c api/engine/errors.c api/engine/export.c api/engine/idempotency.c api/engine/negotiate.c api/engine/pattern.c api/engine/query.c api/engine/reply.c api/engine/route.c api/engine/run.c api/engine/session.c api/engine/transform.c api/engine/form.c api/engine/statement.c api/engine/validate.c api/engine/validate_text.c  api/rule/format.c api/rule/uscc.c api/rule/phone.c api/rule/receipt.c api/base/arena.c api/base/memory.c api/base/buf.c api/base/text.c api/base/clock.c api/base/log.c api/crypto/crypto.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine_fixture.h"

static void
a_read_is_one_trip(void **state)
{
	(void)state;
	assert_false(go("GET", "/things/" ID, NULL));
	assert_int_equal(stub.sends, 1);
	assert_int_equal(stub.lane, PG_READ);
	assert_int_equal(stub.nsteps, 2);
	assert_string_equal(stub.steps[0].sql, "SELECT auth");
	assert_int_equal(stub.steps[0].lengths[0], 32);
	assert_string_equal(stub.steps[0].values[1], "{inspector}");
	assert_string_equal(stub.steps[1].sql, "SELECT $1");
	assert_string_equal(stub.steps[1].values[0], ID);
	stub_answer(PG_DONE, AUTH, STUB_ROW("status", "200", "body", "{\"a\":1}", "version", "7", "location", ""), 0);
	assert_int_equal(done_calls, 1);
	assert_int_equal(call.reply.status, 200);
	assert_int_equal(call.reply.refusal.problem, -1);
	assert_body("{\"a\":1}");
	assert_string_equal(header("ETag"), "\"7\"");
	assert_string_equal(header("Content-Type"), "application/json");
	assert_string_equal(header("Location"), "");
	assert_string_equal(call.actor, ACTOR);
}

static void
nothing_found_is_404(void **state)
{
	(void)state;
	assert_false(go("GET", "/things/" ID, NULL));
	stub_answer(PG_DONE, AUTH, stub_nothing(), 0);
	assert_refused(PROBLEM_NOT_FOUND, 404);
}

static void
what_the_client_has_is_not_sent_again(void **state)
{
	(void)state;
	call.headers[ENGINE_IF_NONE_MATCH] = "\"6\", W/\"7\"";
	assert_false(go("GET", "/things/" ID, NULL));
	stub_answer(PG_DONE, AUTH, STUB_ROW("body", "{}", "version", "7"), 0);
	assert_int_equal(call.reply.status, 304);
	assert_int_equal(call.reply.length, 0);
	assert_string_equal(header("ETag"), "\"7\"");
}

static void
routes_and_methods_are_refused_before_the_caller(void **state)
{
	(void)state;
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	assert_true(go("GET", "/nothing", NULL));
	assert_refused(PROBLEM_NOT_FOUND, 404);
	assert_true(go("DELETE", "/things", NULL));
	assert_int_equal(call.reply.refusal.problem, PROBLEM_METHOD_NOT_ALLOWED);
	assert_string_equal(header("Allow"), "GET, HEAD, POST, OPTIONS");
	assert_true(go("GET", "/things?x=1", NULL));
	assert_refused(PROBLEM_UNAUTHORIZED, 401);
	assert_string_equal(header("WWW-Authenticate"), "Bearer");
	assert_int_equal(stub.sends, 0);
}

/* A fault of form: only the key is asked about, and its refusal comes first. */
static void
nobody_learns_faults_without_a_key(void **state)
{
	(void)state;
	assert_false(go("POST", "/things?x=1", "{\"nam\":1}"));
	assert_int_equal(stub.nsteps, 1);
	assert_int_equal(stub.lane, PG_READ);
	stub.sqlstate = "HZ401";
	stub.detail = "{\"code\": \"unauthorized\"}";
	stub_answer(PG_FAILED, NULL, NULL, 0);
	assert_refused(PROBLEM_UNAUTHORIZED, 401);
	assert_null(call.reply.refusal.errors);
	assert_string_equal(header("WWW-Authenticate"), "Bearer error=\"invalid_token\"");
}

static void
faults_come_in_their_order(void **state)
{
	static const struct {
		const char	*method, *path, *json, *type, *accept;
		int		 problem;
		size_t		 errors;
	} cases[] = {
		{ "POST", "/things?x=1", "{", "text/plain", "image/png", PROBLEM_NOT_ACCEPTABLE, 0 },
		{ "POST", "/things?x=1", "{", "text/plain", NULL, PROBLEM_UNSUPPORTED_MEDIA_TYPE, 0 },
		{ "POST", "/things?x=1", "{\"nam\":1}", NULL, NULL, PROBLEM_INVALID_QUERY, 3 },
		{ "POST", "/things", "{\"nam\":1}", NULL, NULL, PROBLEM_VALIDATION_FAILED, 2 },
		{ "POST", "/things", "{\"name\":\"a\",\"name\":\"b\"}", NULL, NULL, PROBLEM_INVALID_JSON, 1 },
		{ "POST", "/things", "{\"name\":\"\\u0000\"}", NULL, NULL, PROBLEM_INVALID_JSON, 1 },
		{ "POST", "/things", "{\"name\":\"\xff\"}", NULL, NULL, PROBLEM_INVALID_JSON, 1 },
		{ "POST", "/things", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", NULL, NULL, PROBLEM_INVALID_JSON, 1 },
		{ "POST", "/things", NULL, NULL, NULL, PROBLEM_INVALID_JSON, 1 },
		{ "POST", "/keys", "{}", NULL, NULL, PROBLEM_MALFORMED_REQUEST, 1 },
		{ "GET", "/things?cursor=x", NULL, NULL, NULL, PROBLEM_INVALID_CURSOR, 1 },
		{ "GET", "/things/x?y=1", NULL, NULL, NULL, PROBLEM_INVALID_QUERY, 1 },
		{ "GET", "/things/x", NULL, NULL, NULL, PROBLEM_NOT_FOUND, 0 }
	};
	size_t	i;

	for (i = 0; i < COUNT(cases); i++) {
		call.headers[ENGINE_CONTENT_TYPE] = cases[i].type;
		call.headers[ENGINE_ACCEPT] = cases[i].accept;
		assert_false(go(cases[i].method, cases[i].path, cases[i].json));
		assert_int_equal(stub.nsteps, 1);
		stub_answer(PG_DONE, AUTH, NULL, 0);
		assert_int_equal(call.reply.refusal.problem, cases[i].problem);
		assert_int_equal(json_array_size(call.reply.refusal.errors), cases[i].errors);
		assert_string_equal(call.actor, ACTOR);
		(void)teardown(state);
		(void)setup(state);
	}
	assert_true(go("GET", "/nothing", NULL));
}

static void
the_edge_may_find_a_fault(void **state)
{
	(void)state;
	call.method = "POST";
	call.path = "/things";
	assert_true(engine_open(&call));
	assert_false(engine_refuse_late(&call, PROBLEM_PAYLOAD_TOO_LARGE));
	assert_int_equal(stub.nsteps, 1);
	stub_answer(PG_DONE, AUTH, NULL, 0);
	assert_int_equal(call.reply.refusal.problem, PROBLEM_PAYLOAD_TOO_LARGE);
}

static void
an_auth_that_says_nothing_lets_nobody_in(void **state)
{
	(void)state;
	assert_false(go("GET", "/things/" ID, NULL));
	stub_answer(PG_DONE, stub_nothing(), STUB_ROW("body", "{}"), 0);
	assert_refused(PROBLEM_UNAUTHORIZED, 401);
	assert_null(call.reply.body);
}

static void
errors_of_the_domain_keep_their_detail(void **state)
{
	(void)state;
	assert_false(go("POST", "/things", "{\"name\":\"a\"}"));
	assert_int_equal(stub.lane, PG_WRITE);
	assert_string_equal(stub.steps[1].values[0], "{\"name\":\"a\"}");
	stub.sqlstate = "HZ409";
	stub.detail = "{\"code\":\"invalid_state\",\"state\":\"closed\",\"allowed\":[],\"errors\":[{}]}";
	stub_answer(PG_FAILED, AUTH, NULL, 1);
	assert_refused(PROBLEM_INVALID_STATE, 409);
	assert_int_equal(json_array_size(call.reply.refusal.errors), 1);
	assert_int_equal(json_object_size(call.reply.refusal.extra), 2);
	assert_string_equal(json_string_value(json_object_get(call.reply.refusal.extra, "state")), "closed");
	assert_string_equal(call.actor, ACTOR);
}

static void
errors_of_postgresql_go_by_the_table(void **state)
{
	static const struct {
		const char	*sqlstate, *constraint, *pointer;
		int		 problem;
		unsigned	 retry;
	} cases[] = {
		{ "23505", "institution_uscc", "/uscc", PROBLEM_USCC_TAKEN, 0 },
		{ "23505", "other", NULL, PROBLEM_INVALID_STATE, 0 }, { "23505", NULL, NULL, PROBLEM_INVALID_STATE, 0 },
		{ "57014", NULL, NULL, PROBLEM_TIMEOUT, 2 }, { "57P01", NULL, NULL, PROBLEM_UNAVAILABLE, 2 },
		{ "42P01", NULL, NULL, PROBLEM_INTERNAL, 0 }, { "HZ999", NULL, NULL, PROBLEM_INTERNAL, 0 },
		{ NULL, NULL, NULL, PROBLEM_UNAVAILABLE, 2 }
	};
	json_t	*e;
	size_t	 i;

	for (i = 0; i < COUNT(cases); i++) {
		assert_false(go("GET", "/things/" ID, NULL));
		stub.sqlstate = cases[i].sqlstate;
		stub.constraint = cases[i].constraint;
		stub_answer(PG_FAILED, AUTH, NULL, 1);
		assert_int_equal(call.reply.refusal.problem, cases[i].problem);
		assert_int_equal(call.reply.refusal.retry_after, cases[i].retry);
		e = json_array_get(call.reply.refusal.errors, 0);
		assert_int_equal(e != NULL, cases[i].pointer != NULL);
		if (e != NULL)
			assert_string_equal(json_string_value(json_object_get(e, "pointer")), cases[i].pointer);
		(void)teardown(state);
		(void)setup(state);
	}
	assert_true(go("GET", "/nothing", NULL));
}

static void
outcomes_without_an_answer(void **state)
{
	static const struct {
		enum pg_outcome	outcome;
		int		problem, status;
	} cases[] = {
		{ PG_TIMEOUT, PROBLEM_TIMEOUT, 504 }, { PG_LOST, PROBLEM_UNAVAILABLE, 503 },
		{ PG_UNAVAILABLE, PROBLEM_UNAVAILABLE, 503 }, { PG_OVERLOADED, PROBLEM_OVERLOADED, 503 }
	};
	size_t	i;

	for (i = 0; i < COUNT(cases); i++) {
		assert_false(go("GET", "/things/" ID, NULL));
		stub_answer(cases[i].outcome, NULL, NULL, 0);
		assert_refused(cases[i].problem, cases[i].status);
		(void)teardown(state);
		(void)setup(state);
	}
	stub.refuse = PG_OVERLOADED;
	assert_true(go("GET", "/things/" ID, NULL));
	assert_refused(PROBLEM_OVERLOADED, 503);
	assert_int_equal(done_calls, 0);
}

static void
handlers_answer(void **state)
{
	(void)state;
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	call.headers[ENGINE_ACCEPT] = "image/png";	/* a handler knows its own types */
	assert_true(go("GET", "/hello", NULL));
	assert_body("hello");
	assert_true(go("GET", "/guarded", NULL));
	assert_refused(PROBLEM_UNAUTHORIZED, 401);
	(void)teardown(state);
	(void)setup(state);
	assert_false(go("GET", "/guarded", NULL));
	stub_answer(PG_DONE, AUTH, NULL, 0);
	assert_body("hello");
}

static void
a_client_that_leaves_is_forgotten(void **state)
{
	(void)state;
	assert_false(go("GET", "/things/" ID, NULL));
	engine_close(&call);
	assert_true(stub.forgotten);
	assert_int_equal(done_calls, 0);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		TEST(a_read_is_one_trip), TEST(nothing_found_is_404),
		TEST(what_the_client_has_is_not_sent_again),
		TEST(routes_and_methods_are_refused_before_the_caller),
		TEST(nobody_learns_faults_without_a_key), TEST(faults_come_in_their_order),
		TEST(the_edge_may_find_a_fault), TEST(an_auth_that_says_nothing_lets_nobody_in),
		TEST(errors_of_the_domain_keep_their_detail), TEST(errors_of_postgresql_go_by_the_table),
		TEST(outcomes_without_an_answer), TEST(handlers_answer),
		TEST(a_client_that_leaves_is_forgotten)
	};

	return (crypto_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1);
}
