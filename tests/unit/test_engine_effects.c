/*
 * Idempotency, secrets, versions, pages and CSV, with a PostgreSQL that answers what the test says.
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
a_key_is_claimed_in_the_same_trip(void **state)
{
	(void)state;
	call.headers[ENGINE_IDEMPOTENCY_KEY] = "k-1";
	assert_false(go("POST", "/things", "{\"name\":\"a\"}"));
	assert_int_equal(stub.sends, 1);
	assert_int_equal(stub.nsteps, 3);
	assert_memory_equal(stub.steps[1].sql, "INSERT INTO hz.idempotency", 26);
	assert_int_equal(stub.steps[1].lengths[0], 32);
	assert_int_equal(stub.steps[2].nvalues, 2);
	assert_memory_equal(stub.steps[1].values[0], stub.steps[2].values[1], 32);
	stub_answer(PG_DONE, AUTH, STUB_ROW("status", "201", "body", "{}", "version", "1", "location", "/things/1"), 0);
	assert_int_equal(call.reply.status, 201);
	assert_string_equal(header("Location"), "/things/1");
	assert_string_equal(header("ETag"), "\"1\"");
	assert_string_equal(header("Idempotent-Replayed"), "");
}

static void
claim_again(const char *same, const char *status)
{
	call.headers[ENGINE_IDEMPOTENCY_KEY] = "k-1";
	assert_false(go("POST", "/things", "{\"name\":\"a\"}"));
	stub.sqlstate = "23505";
	stub.constraint = "idempotency_pkey";
	stub_answer(PG_FAILED, AUTH, NULL, 1);
	assert_int_equal(done_calls, 0);
	assert_int_equal(stub.sends, 2);
	assert_int_equal(stub.nsteps, 2);
	assert_string_equal(stub.steps[0].sql, "SELECT auth");
	stub_answer(PG_DONE, AUTH, STUB_ROW("same", same, "status", status, "body", "{\"n\":1}", "version", "1", "location",
	    "/things/1", "secret_box", ""), 0);
	assert_int_equal(done_calls, 1);
}

static void
a_key_used_again_replays(void **state)
{
	(void)state;
	claim_again("t", "201");
	assert_int_equal(call.reply.status, 201);
	assert_body("{\"n\":1}");
	assert_string_equal(header("Idempotent-Replayed"), "true");
	assert_string_equal(header("Location"), "/things/1");
}

static void
a_key_used_for_something_else_is_refused(void **state)
{
	(void)state;
	claim_again("f", "201");
	assert_int_equal(call.reply.refusal.problem, PROBLEM_IDEMPOTENCY_KEY_REUSED);
	assert_null(call.reply.body);
}

/* The same constraint broken by the statement itself is no replay. */
static void
only_the_claim_replays(void **state)
{
	(void)state;
	call.headers[ENGINE_IDEMPOTENCY_KEY] = "k-1";
	assert_false(go("POST", "/things", "{\"name\":\"a\"}"));
	stub.sqlstate = "23505";
	stub.constraint = "idempotency_pkey";
	stub_answer(PG_FAILED, AUTH, NULL, 2);
	assert_int_equal(stub.sends, 1);
	assert_int_equal(call.reply.refusal.problem, PROBLEM_INVALID_STATE);
}

static void
keys_have_a_form(void **state)
{
	static const char *const	bad[] = { "", "a b", "键", "a\tb" };
	char				 longest[258];
	size_t				 i;

	memset(longest, 'k', sizeof(longest));
	longest[256] = '\0';
	for (i = 0; i <= COUNT(bad); i++) {
		call.headers[ENGINE_IDEMPOTENCY_KEY] = i < COUNT(bad) ? bad[i] : longest;
		assert_false(go("POST", "/things", "{\"name\":\"a\"}"));
		assert_int_equal(stub.nsteps, 1);
		stub_answer(PG_DONE, AUTH, NULL, 0);
		assert_int_equal(call.reply.refusal.problem, PROBLEM_MALFORMED_REQUEST);
		(void)teardown(state);
		(void)setup(state);
	}
	longest[255] = '\0';
	call.headers[ENGINE_IDEMPOTENCY_KEY] = longest;
	assert_false(go("POST", "/things", "{\"name\":\"a\"}"));
	assert_int_equal(stub.nsteps, 3);
}

/* The member "key" that was spliced in. */
static void
spliced(char plain[CRYPTO_SECRET_SIZE])
{
	assert_memory_equal(call.reply.body, "{\"key\":\"hzk_", 12);
	memcpy(plain, call.reply.body + 8, CRYPTO_SECRET_SIZE - 1);
	plain[CRYPTO_SECRET_SIZE - 1] = '\0';
}

static void
a_secret_is_never_sent_to_postgresql(void **state)
{
	uint8_t	hash[CRYPTO_HASH];
	char	plain[CRYPTO_SECRET_SIZE];

	(void)state;
	assert_false(go("POST", "/keys", NULL));
	assert_int_equal(stub.steps[1].nvalues, 2);
	assert_int_equal(stub.steps[1].lengths[1], CRYPTO_HASH);
	stub_answer(PG_DONE, AUTH, STUB_ROW("status", "201", "body", "{\"id\":1}"), 0);
	spliced(plain);
	crypto_sha256(hash, plain, strlen(plain));
	assert_memory_equal(stub.steps[1].values[1], hash, sizeof(hash));
	assert_string_equal(call.reply.body + 8 + CRYPTO_SECRET_SIZE - 1, "\",\"id\":1}");
}

static void
a_secret_is_replayed_from_its_box(void **state)
{
	char	plain[CRYPTO_SECRET_SIZE], again[CRYPTO_SECRET_SIZE], box[400] = "\\x";
	size_t	i;
	int	length;

	call.headers[ENGINE_IDEMPOTENCY_KEY] = "k-1";
	assert_false(go("POST", "/keys", NULL));
	length = stub.steps[2].lengths[3];
	for (i = 0; i < (size_t)length; i++)
		(void)sprintf(box + 2 + 2 * i, "%02x", (unsigned char)stub.steps[2].values[3][i]);
	stub_answer(PG_DONE, AUTH, STUB_ROW("status", "201", "body", "{}"), 0);
	spliced(plain);
	assert_string_equal(call.reply.body + 8 + CRYPTO_SECRET_SIZE - 1, "\"}");
	(void)teardown(state);
	(void)setup(state);
	call.headers[ENGINE_IDEMPOTENCY_KEY] = "k-1";
	assert_false(go("POST", "/keys", NULL));
	stub.sqlstate = "23505";
	stub.constraint = "idempotency_pkey";
	stub_answer(PG_FAILED, AUTH, NULL, 1);
	stub_answer(PG_DONE, AUTH, STUB_ROW("same", "t", "status", "201", "body", "{\"id\":1}", "version", "", "location", "",
	    "secret_box", box), 0);
	spliced(again);
	assert_string_equal(again, plain);
}

static void
if_match_is_bound_as_a_version(void **state)
{
	static const struct {
		const char	*header, *value;
	} cases[] = { { NULL, NULL }, { "\"4.20261123\"", "4" }, { "*", "-2" }, { "W/\"4\"", "-1" } };
	size_t	i;

	for (i = 0; i < COUNT(cases); i++) {
		call.headers[ENGINE_IF_MATCH] = cases[i].header;
		assert_false(go("PATCH", "/things/" ID, NULL));
		if (cases[i].value == NULL)
			assert_null(stub.steps[1].values[0]);
		else
			assert_string_equal(stub.steps[1].values[0], cases[i].value);
		(void)teardown(state);
		(void)setup(state);
	}
	assert_true(go("GET", "/nothing", NULL));
}

static void
what_tells_days_left_changes_with_the_day(void **state)
{
	(void)state;
	assert_false(go("GET", "/daily/" ID, NULL));
	stub_answer(PG_DONE, AUTH, STUB_ROW("body", "{}", "version", "7"), 0);
	assert_string_equal(header("ETag"), "\"7.20261123\"");
}

static void
a_list_links_to_its_next_page(void **state)
{
	char	*link, *cursor;

	(void)state;
	assert_false(go("GET", "/things?limit=2", NULL));
	assert_string_equal(stub.steps[1].values[0], "2");
	assert_null(stub.steps[1].values[1]);
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", "[{},{}]", "next_key", "[\"b\"]"), 0);
	assert_memory_equal(call.reply.body, "{\"items\":[{},{}],\"next\":\"", 25);
	link = arena_string(call.arena, header("Link"));
	assert_memory_equal(link, "</things?limit=2&cursor=", 24);
	cursor = strstr(link, "cursor=");
	*strchr(cursor, '>') = '\0';
	assert_false(go("GET", arena_format(call.arena, "/things?%s", cursor), NULL));
	assert_string_equal(stub.steps[1].values[1], "b");
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", "", "next_key", ""), 0);
	assert_body("{\"items\":[],\"next\":null}");
}

/* Read first; where the statement says by answering nothing that it writes for this caller, the same again where it may, once. */
static void
what_writes_for_some_is_asked_again(void **state)
{
	(void)state;
	assert_false(go("GET", "/either?limit=2", NULL));
	assert_int_equal(stub.lane, PG_READ);
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", "[{}]", "next_key", ""), 0);
	assert_body("{\"items\":[{}],\"next\":null}");
	assert_int_equal(stub.sends, 1);
	(void)teardown(state);
	(void)setup(state);
	call.headers[ENGINE_ACCEPT] = "text/csv";
	assert_false(go("GET", "/either", NULL));
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", "", "next_key", ""), 0);
	assert_int_equal(done_calls, 0);
	assert_int_equal(stub.lane, PG_WRITE);
	assert_string_equal(stub.steps[2].values[0], "200");
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", "[]", "next_key", "[\"b\"]"), 0);
	assert_int_equal(done_calls, 1);
	assert_false(engine_more(&call));	/* and so do the pages after it */
	assert_int_equal(stub.lane, PG_WRITE);
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", "", "next_key", ""), 0);
	assert_int_equal(stub.sends, 3);
}

static void
nothing_in_a_link_ends_it_early(void **state)
{
	(void)state;
	assert_false(go("GET", "/things", NULL));
	call.work->query.others = "name=a>;rel=\"next\",<//evil/";
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", "[{}]", "next_key", "[\"b\"]"), 0);
	assert_memory_equal(header("Link"), "</things?name=a%3E;rel=%22next%22,%3C//evil/&limit=", 51);
	assert_ptr_equal(strchr(header("Link"), '>'), strrchr(header("Link"), '>'));
}

static void
a_list_streams_as_csv(void **state)
{
	static const char	items[] =
	    "[{\"a\":\"=1+1\",\"b\":true,\"c\":-5,\"d\":[\"x\",\"y\"]},"
	    "{\"a\":\"say \\\"no\\\"\",\"b\":null,\"c\":1.25,\"d\":[{\"e\":1}],\"z\":0}]";

	(void)state;
	call.headers[ENGINE_ACCEPT] = "text/csv";
	assert_false(go("GET", "/things?limit=2", NULL));
	assert_string_equal(stub.steps[1].sql, "SELECT export");
	assert_string_equal(stub.steps[1].values[0], "f");
	assert_null(stub.steps[1].values[1]);
	assert_string_equal(stub.steps[2].values[0], "200");
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", items, "next_key", "[\"b\"]"), 0);
	assert_body("\xef\xbb\xbf" "b,名称,c,d\r\n是,\"'=1+1\",-5,x；y\r\n,\"say \"\"no\"\"\",1.25,\"[{\"\"e\"\":1}]\"\r\n");
	assert_true(call.reply.more);
	assert_memory_equal(header("Content-Type"), "text/csv; charset=utf-8", 23);
	assert_non_null(strstr(header("Content-Disposition"), "filename*=UTF-8''%E4%BA%8B%E7%89%A9-"));
	assert_false(engine_more(&call));
	assert_string_equal(stub.steps[1].sql, "SELECT export");
	assert_string_equal(stub.steps[2].values[1], "b");
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", "[{\"a\":\"＠x\",\"b\":false}]", "next_key", ""), 0);
	assert_body("否,\"'＠x\",,\r\n");
	assert_false(call.reply.more);
	assert_false(call.reply.broken);
	assert_int_equal(done_calls, 2);
}

static void
a_file_says_what_it_leaves_out(void **state)
{
	(void)state;
	call.headers[ENGINE_ACCEPT] = "text/csv";
	assert_false(go("GET", "/things", NULL));
	stub.middle = STUB_ROW("omitted", "political, psychological");
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", "[]", "next_key", ""), 0);
	assert_string_equal(header("Omitted-Categories"), "political, psychological");
	assert_memory_equal(header("Content-Disposition"), "attachment; filename=\"list-without_sensitive-", 45);
	assert_non_null(strstr(header("Content-Disposition"),
	    "UTF-8''%E4%BA%8B%E7%89%A9-%E4%B8%8D%E5%90%AB%E6%95%8F%E6%84%9F%E7%B1%BB-"));
}

static void
a_whole_file_is_put_on_record_first(void **state)
{
	(void)state;
	call.headers[ENGINE_ACCEPT] = "text/csv";
	assert_false(go("GET", "/things?limit=2&sensitive=include", NULL));
	assert_int_equal(stub.lane, PG_WRITE);
	assert_int_equal(stub.nsteps, 2);
	assert_string_equal(stub.steps[1].values[0], "t");
	assert_string_equal(stub.steps[1].values[1], "list");
	assert_string_equal(stub.steps[1].values[2], "/things");
	assert_string_equal(stub.steps[1].values[3], "sensitive=include");
	stub_answer(PG_DONE, AUTH, STUB_ROW("omitted", ""), 0);
	assert_int_equal(stub.lane, PG_READ);
	assert_int_equal(stub.nsteps, 3);
	assert_string_equal(stub.steps[1].values[0], "t");
	assert_null(stub.steps[1].values[1]);
	stub.middle = STUB_ROW("omitted", "");
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", "[{\"a\":\"x\"}]", "next_key", "[\"b\"]"), 0);
	assert_string_equal(header("Omitted-Categories"), "");
	assert_memory_equal(header("Content-Disposition"), "attachment; filename=\"list-2", 28);
	assert_false(engine_more(&call));
	assert_int_equal(stub.lane, PG_READ);	/* and once only */
	assert_string_equal(stub.steps[1].values[0], "t");
	assert_null(stub.steps[1].values[1]);
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", "[]", "next_key", ""), 0);
	assert_int_equal(done_calls, 2);
}

static void
nothing_goes_out_that_is_not_on_record(void **state)
{
	(void)state;
	call.headers[ENGINE_ACCEPT] = "text/csv";
	assert_false(go("GET", "/things?sensitive=include", NULL));
	stub_answer(PG_LOST, NULL, NULL, 0);
	assert_refused(PROBLEM_UNAVAILABLE, 503);
	assert_int_equal(stub.sends, 1);
	assert_false(go("GET", "/things?sensitive=exclude", NULL));
	stub_answer(PG_DONE, AUTH, NULL, 0);
	assert_refused(PROBLEM_INVALID_QUERY, 400);
	call.headers[ENGINE_ACCEPT] = NULL;
	assert_false(go("GET", "/things?sensitive=include", NULL));	/* JSON: of no effect */
	assert_int_equal(stub.nsteps, 2);
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", "[]", "next_key", ""), 0);
	assert_int_equal(call.reply.status, 200);
}

static void
a_stream_that_breaks_is_cut(void **state)
{
	(void)state;
	call.headers[ENGINE_ACCEPT] = "text/csv";
	assert_false(go("GET", "/things", NULL));
	stub_answer(PG_DONE, AUTH, STUB_ROW("items", "[]", "next_key", "[\"b\"]"), 0);
	assert_false(engine_more(&call));
	stub_answer(PG_LOST, NULL, NULL, 0);
	assert_true(call.reply.broken);
}

static void
cells_are_quoted_and_defused(void **state)
{
	static const struct {
		const char	*in, *out;
	} cases[] = {
		{ "", "" }, { "a", "a" }, { "a,b", "\"a,b\"" }, { "a\nb", "\"a\nb\"" }, { "a\"b", "\"a\"\"b\"" }, { "-1", "\"'-1\"" },
		{ "+1", "\"'+1\"" }, { "@x", "\"'@x\"" }, { "\tx", "\"'\tx\"" }, { "\rx", "\"'\rx\"" }, { "＝1", "\"'＝1\"" },
		{ "＋1", "\"'＋1\"" }, { "－1", "\"'－1\"" }, { "1-1=0", "1-1=0" }
	};
	struct buf	b;
	size_t		i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		buf_init(&b, call.arena);
		csv_field(&b, cases[i].in, strlen(cases[i].in));
		assert_string_equal(buf_end(&b), cases[i].out);
	}
	assert_true(go("GET", "/nothing", NULL));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		TEST(a_key_is_claimed_in_the_same_trip), TEST(a_key_used_again_replays),
		TEST(a_key_used_for_something_else_is_refused), TEST(only_the_claim_replays),
		TEST(keys_have_a_form), TEST(a_secret_is_never_sent_to_postgresql),
		TEST(a_secret_is_replayed_from_its_box), TEST(if_match_is_bound_as_a_version),
		TEST(what_tells_days_left_changes_with_the_day), TEST(a_list_links_to_its_next_page),
		TEST(what_writes_for_some_is_asked_again), TEST(nothing_in_a_link_ends_it_early), TEST(a_list_streams_as_csv),
		TEST(a_file_says_what_it_leaves_out), TEST(a_whole_file_is_put_on_record_first),
		TEST(nothing_goes_out_that_is_not_on_record),
		TEST(a_stream_that_breaks_is_cut), TEST(cells_are_quoted_and_defused)
	};

	return (crypto_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1);
}
