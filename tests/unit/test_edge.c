/*
 * The small pure parts of the edge: languages, problems, traces, CORS, reply heads.
 * sources: api/http/problem.c api/http/reply.c api/http/cors.c api/http/trace.c api/base/arena.c api/base/memory.c api/base/buf.c
 * sources: api/base/text.c build/gen/contract_tables.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contract/contract.h"
#include "handlers.h"
#include "http/cors.h"
#include "http/problem.h"
#include "http/trace.h"
#include "problems.h"

/* The tables name them; nothing here calls one. */
#define STUB(name)	void name(struct engine_call *call) { (void)call; }
CONTRACT_HANDLERS(STUB)

static void
test_language(void **state)
{
	static const struct {
		const char	*accept;
		enum language	 want;
	} rows[] = {
		{ NULL, LANGUAGE_ZH }, { "", LANGUAGE_ZH }, { "en", LANGUAGE_EN }, { "EN-gb", LANGUAGE_EN },
		{ "zh-CN", LANGUAGE_ZH }, { "en, zh", LANGUAGE_ZH }, { "en;q=0.9, zh;q=0.8", LANGUAGE_EN },
		{ "en;q=0.8, zh-TW;q=0.9", LANGUAGE_ZH }, { "fr, en;q=0.1", LANGUAGE_EN }, { "en;q=0", LANGUAGE_ZH },
		{ "*", LANGUAGE_ZH }, { "*, en;q=0.5", LANGUAGE_ZH }, { "*;q=0.1, en", LANGUAGE_EN },
		{ "english", LANGUAGE_ZH }, { "eng", LANGUAGE_ZH }, { "fr", LANGUAGE_ZH }, { ",,en,", LANGUAGE_EN },
		{ "en; q=1.000 , zh ; q=0.999", LANGUAGE_EN }, { "en;q=9", LANGUAGE_ZH }, { ";;q=", LANGUAGE_ZH },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (language_choose(rows[i].accept) != rows[i].want)
			fail_msg("%s", rows[i].accept);
}

static void
test_problem(void **state)
{
	struct arena		*arena = arena_create();
	struct problem_body	 problem = { .problem = PROBLEM_INVALID_STATE, .instance = "/v1/x", .trace_id = "t" };
	json_t			*parsed;
	const char		*text;
	size_t			 length;

	(void)state;
	problem.errors = json_pack("[{s:s}]", "pointer", "/a");
	problem.extra = json_pack("{s:s, s:i}", "state", "closed", "status", 1);
	text = problem_render(arena, &problem, LANGUAGE_EN, &length);
	assert_int_equal(strlen(text), length);
	parsed = json_loads(text, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(parsed, "type")), "/problems/invalid_state");
	assert_string_equal(json_string_value(json_object_get(parsed, "code")), "invalid_state");
	assert_int_equal(json_integer_value(json_object_get(parsed, "status")), 409);	/* extras take no place */
	assert_string_equal(json_string_value(json_object_get(parsed, "title")),
	    contract_problems[PROBLEM_INVALID_STATE].title_en);
	assert_string_equal(json_string_value(json_object_get(parsed, "detail")),
	    contract_problems[PROBLEM_INVALID_STATE].detail_en);
	assert_string_equal(json_string_value(json_object_get(parsed, "instance")), "/v1/x");
	assert_string_equal(json_string_value(json_object_get(parsed, "trace_id")), "t");
	assert_string_equal(json_string_value(json_object_get(parsed, "state")), "closed");
	assert_int_equal(json_array_size(json_object_get(parsed, "errors")), 1);
	json_decref(parsed);
	json_decref(problem.errors);
	json_decref(problem.extra);
	problem = (struct problem_body){ .problem = PROBLEM_NOT_FOUND, .detail_zh = "没有", .detail_en = "none" };
	parsed = json_loads(problem_render(arena, &problem, LANGUAGE_ZH, &length), 0, NULL);
	assert_string_equal(json_string_value(json_object_get(parsed, "detail")), "没有");
	assert_null(json_object_get(parsed, "trace_id"));
	json_decref(parsed);
	arena_destroy(arena);
}

static void
test_trace(void **state)
{
	static const char *const	bad[] = {
		"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
		"00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-011",
	};
	char	id[33], other[33];

	(void)state;
	trace_take("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", id);
	assert_string_equal(id, "4bf92f3577b34da6a3ce929d0e0e4736");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		trace_take(bad[i], id);
		assert_int_equal(strspn(id, "0123456789abcdef"), 32);
		assert_string_not_equal(id, "4bf92f3577b34da6a3ce929d0e0e4736");
	}
	trace_take(NULL, id);
	trace_take(NULL, other);
	assert_string_not_equal(id, other);
}

static void
test_cors(void **state)
{
	static const char	list[] = "https://a.example, https://b.example:8443";

	(void)state;
	assert_true(cors_allows(list, "https://a.example"));
	assert_true(cors_allows(list, "https://b.example:8443"));
	assert_false(cors_allows(list, "https://b.example"));
	assert_false(cors_allows(list, "https://a.example.evil"));
	assert_false(cors_allows(list, "a.example"));
	assert_false(cors_allows(list, ""));
	assert_false(cors_allows(list, NULL));
	assert_false(cors_allows(NULL, "https://a.example"));
	assert_true(cors_allows("*", "https://a.example"));
}

static void
test_head(void **state)
{
	struct arena	*arena = arena_create();
	struct reply	 reply = { .status = 200, .length = 5 };
	struct buf	 out;

	(void)state;
	reply_field(&reply, "ETag", "\"1\"");
	buf_init(&out, arena);
	reply_head(&out, &reply);
	assert_memory_equal(out.data, "HTTP/1.1 200 OK\r\nServer: hz\r\nDate: ", 35);
	assert_non_null(strstr(buf_end(&out), "\r\nETag: \"1\"\r\nCache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\nContent-Length: 5\r\n\r\n"));
	reply.status = 304;
	reply.close = true;
	reply_field(&reply, "cache-control", "no-cache");
	buf_init(&out, arena);
	reply_head(&out, &reply);
	assert_null(strstr(buf_end(&out), "no-store"));
	assert_null(strstr(out.data, "Content-Length"));
	assert_non_null(strstr(out.data, "\r\nConnection: close\r\n\r\n"));
	arena_destroy(arena);
}

/* Every status the document can answer has its phrase. */
static void
test_reasons(void **state)
{
	(void)state;
	for (size_t i = 0; i < contract_nproblems; i++)
		assert_string_not_equal(reply_reason(contract_problems[i].status), "Unknown");
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_language), cmocka_unit_test(test_problem), cmocka_unit_test(test_trace),
		cmocka_unit_test(test_cors), cmocka_unit_test(test_head), cmocka_unit_test(test_reasons),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
