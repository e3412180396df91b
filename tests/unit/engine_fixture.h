/*
 * A small contract, and a call to send through the engine. Include once, in the test program itself.
 */
#ifndef UNIT_ENGINE_FIXTURE_H
#define UNIT_ENGINE_FIXTURE_H

#include "contract/lookup.h"
#include "engine/csv.h"
#include "engine/engine.h"
#include "problems.h"
#include "stub_pg.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define ID		"019a1b2c-3d4e-7f50-8a61-72839405b6c7"
#define ACTOR		"019a1b2c-0000-7f50-8a61-72839405b6c7"
#define AUTH		STUB_ROW("set", "x", "actor_id", ACTOR, "role", "inspector", "day", "20261123")

static const struct contract_schema	 uuid = { .type = CONTRACT_STRING, .format = CONTRACT_UUID, .max_length = SIZE_MAX };
static const struct contract_schema	 text = { .type = CONTRACT_STRING, .min_length = 1, .max_length = 9 };
static const struct contract_schema	 flag = { .type = CONTRACT_BOOLEAN }, number = { .type = CONTRACT_NUMBER };
static const struct contract_schema	 texts = { .type = CONTRACT_ARRAY, .max_length = 9, .items = &text };
static const struct contract_property	 members[] = { { .name = "name", .schema = &text, .required = true } };
static const struct contract_schema	 body = { .type = CONTRACT_OBJECT, .properties = members, .nproperties = 1 };
static const struct contract_property	 columns[] = {
	{ .name = "a", .schema = &text, .title = "名称", .order = 1 }, { .name = "b", .schema = &flag, .order = 0 },
	{ .name = "c", .schema = &number, .order = 2 }, { .name = "d", .schema = &texts, .order = 3 }
};
static const struct contract_schema	 item = { .type = CONTRACT_OBJECT, .properties = columns, .nproperties = 4 };
static const struct contract_param	 path_params[] = { { .name = "id", .schema = &uuid, .required = true } };
static const struct contract_bind	 get_binds[] = { { CONTRACT_FROM_PATH, 0 } };
static const struct contract_bind	 body_binds[] = { { CONTRACT_FROM_BODY, 0 }, { CONTRACT_FROM_SECRET_HASH, 0 } };
static const struct contract_bind	 patch_binds[] = { { CONTRACT_FROM_IF_MATCH, 0 } };
static const struct contract_bind	 list_binds[] = { { CONTRACT_FROM_LIMIT, 0 }, { CONTRACT_FROM_AFTER, 0 } };
static const struct contract_token	 one_token[] = { { "SELECT ", 0, CONTRACT_ALWAYS, 0, false } };
static const struct contract_token	 two_tokens[] = {
	{ "SELECT ", 0, CONTRACT_ALWAYS, 0, false }, { ", ", 1, CONTRACT_ALWAYS, 0, false }
};
static contract_handler	hello;

#define OP	.timeout_ms = 5000, .roles = "{inspector}", .title = "事物", .file = "things"

static const struct contract_op	get = {
	OP, .id = "get", .method = CONTRACT_GET, .etag = CONTRACT_ETAG_VERSION, .sql = one_token, .nsql = 1,
	.binds = get_binds, .nbinds = 1
};
static const struct contract_op	daily = {
	OP, .id = "daily", .method = CONTRACT_GET, .etag = CONTRACT_ETAG_DAILY, .sql = one_token, .nsql = 1,
	.binds = get_binds, .nbinds = 1
};
static const struct contract_op	list = {
	OP, .id = "list", .method = CONTRACT_GET, .kind = CONTRACT_KIND_LIST, .limit = true, .cursor = true, .sql = two_tokens,
	.nsql = 2, .binds = list_binds, .nbinds = 2, .item = &item, .sensitive = true
};
static const struct contract_op	either = {
	OP, .id = "either", .method = CONTRACT_GET, .kind = CONTRACT_KIND_LIST, .lane = CONTRACT_EITHER, .limit = true, .cursor = true, .sql = two_tokens,
	.nsql = 2, .binds = list_binds, .nbinds = 2, .item = &item, .sensitive = true
};
static const struct contract_op	create = {
	OP, .id = "create", .method = CONTRACT_POST, .idempotent = true, .lane = CONTRACT_WRITE, .body = &body, .body_required = true,
	.body_type = "application/json",
	.sql = one_token, .nsql = 1, .binds = body_binds, .nbinds = 1
};
static const struct contract_op	secret = {
	OP, .id = "secret", .method = CONTRACT_POST, .idempotent = true, .lane = CONTRACT_WRITE, .secret = "key", .sql = two_tokens, .nsql = 2,
	.binds = body_binds, .nbinds = 2
};
static const struct contract_op	patch = {
	OP, .id = "patch", .method = CONTRACT_PATCH, .lane = CONTRACT_WRITE, .if_match = true, .sql = one_token, .nsql = 1,
	.binds = patch_binds, .nbinds = 1
};
static const struct contract_op	greeting = { OP, .id = "greeting", .kind = CONTRACT_KIND_HANDLER, .caller = CONTRACT_ANYBODY, .handler = hello };
static const struct contract_schema	 identity = { .type = CONTRACT_OBJECT, .transform = CONTRACT_SEAL, .properties = members, .nproperties = 1 };
static const struct contract_schema	 hashed = { .type = CONTRACT_STRING, .format = CONTRACT_RECEIPT, .transform = CONTRACT_HASH, .max_length = 40 };
static const struct contract_property	 report_members[] = {
	{ .name = "identity", .schema = &identity }, { .name = "name", .schema = &text, .required = true }, { .name = "receipt", .schema = &hashed }
};
static const struct contract_schema	 telling = { .type = CONTRACT_OBJECT, .properties = report_members, .nproperties = 3 };
static const struct contract_op	report_admit = {
	OP, .id = "report_admit", .caller = CONTRACT_KEY_OR_NOBODY, .kind = CONTRACT_KIND_ROW, .sql = one_token, .nsql = 1,
	.binds = body_binds, .nbinds = 1
};
static const struct contract_op	report = {
	OP, .id = "report", .method = CONTRACT_POST, .caller = CONTRACT_KEY_OR_NOBODY, .idempotent = true, .lane = CONTRACT_WRITE, .body = &telling,
	.body_required = true, .body_type = "application/json", .transforms = true, .admit = &report_admit, .secret = "receipt", .sealed = true, .shy = true,
	.sql = two_tokens, .nsql = 2, .binds = body_binds, .nbinds = 2
};
static const struct contract_bind	 mine_binds[] = { { CONTRACT_FROM_RECEIPT_HASH, 0 } };
static const struct contract_op	mine = {
	OP, .id = "mine", .method = CONTRACT_GET, .caller = CONTRACT_RECEIPT_HOLDER, .shy = true, .sql = one_token, .nsql = 1,
	.binds = mine_binds, .nbinds = 1
};
static const struct contract_bind	 page_binds[] = { { CONTRACT_FROM_QUERY, 0 } };
static const struct contract_param	 page_query[] = { { .name = "receipt", .schema = &hashed, .required = true, .form_only = true } };
static const struct contract_op	page_refused = {
	OP, .id = "page_refused", .caller = CONTRACT_ANYBODY, .shy = true, .kind = CONTRACT_KIND_ROW, .query = page_query, .nquery = 1,
	.sql = one_token, .nsql = 1, .binds = page_binds, .nbinds = 1
};
static const struct contract_op	page = {
	OP, .id = "page", .method = CONTRACT_POST, .caller = CONTRACT_ANYBODY, .shy = true, .lane = CONTRACT_WRITE, .kind = CONTRACT_KIND_ROW,
	.handler = hello, .refusal = hello, .refused = &page_refused, .file_body = true, .query = page_query, .nquery = 1, .sql = one_token, .nsql = 1,
	.binds = page_binds, .nbinds = 1
};
static const struct contract_op	guarded = { OP, .id = "guarded", .kind = CONTRACT_KIND_HANDLER, .handler = hello };

const struct contract_op *const	contract_ops[] = { &get, &daily, &list, &either, &create, &secret, &patch, &greeting, &guarded, &report, &report_admit, &mine, &page,
	&page_refused };
const size_t			contract_nops = COUNT(contract_ops);
const struct contract_route	contract_routes[] = {
	{ .path = "/things", .segments = { "things" }, .nsegments = 1,
	    .ops = { [CONTRACT_GET] = &list, [CONTRACT_POST] = &create } },
	{ .path = "/things/{id}", .segments = { "things", NULL }, .nsegments = 2, .params = path_params, .nparams = 1,
	    .ops = { [CONTRACT_GET] = &get, [CONTRACT_PATCH] = &patch } },
	{ .path = "/daily/{id}", .segments = { "daily", NULL }, .nsegments = 2, .params = path_params, .nparams = 1,
	    .ops = { [CONTRACT_GET] = &daily } },
	{ .path = "/either", .segments = { "either" }, .nsegments = 1, .ops = { [CONTRACT_GET] = &either } },
	{ .path = "/keys", .segments = { "keys" }, .nsegments = 1, .ops = { [CONTRACT_POST] = &secret } },
	{ .path = "/hello", .segments = { "hello" }, .nsegments = 1, .ops = { [CONTRACT_GET] = &greeting } },
	{ .path = "/report", .segments = { "report" }, .nsegments = 1, .ops = { [CONTRACT_GET] = &mine, [CONTRACT_POST] = &report } },
	{ .path = "/page", .segments = { "page" }, .nsegments = 1, .ops = { [CONTRACT_POST] = &page } },
	{ .path = "/guarded", .segments = { "guarded" }, .nsegments = 1, .ops = { [CONTRACT_GET] = &guarded } }
};
const size_t			contract_nroutes = COUNT(contract_routes);
#pragma GCC diagnostic ignored "-Woverride-init"	/* a default for those that no test looks at */
const struct contract_problem	contract_problems[PROBLEM_COUNT] = {
	[0 ... PROBLEM_COUNT - 1] = { .code = "other", .status = 400, .detail_zh = "" },
	[PROBLEM_NOT_FOUND] = { .code = "not_found", .status = 404 },
	[PROBLEM_METHOD_NOT_ALLOWED] = { .code = "method_not_allowed", .status = 405 },
	[PROBLEM_UNAUTHORIZED] = { .code = "unauthorized", .status = 401 },
	[PROBLEM_RECEIPT_MALFORMED] = { .code = "receipt_malformed", .status = 401 },
	[PROBLEM_NO_CUSTODIAN_KEY] = { .code = "no_custodian_key", .status = 422 },
	[PROBLEM_FORBIDDEN] = { .code = "forbidden", .status = 403 },
	[PROBLEM_INVALID_STATE] = { .code = "invalid_state", .status = 409 },
	[PROBLEM_USCC_TAKEN] = { .code = "uscc_taken", .status = 409, .detail_zh = "已登记" },
	[PROBLEM_UNAVAILABLE] = { .code = "unavailable", .status = 503 },
	[PROBLEM_OVERLOADED] = { .code = "overloaded", .status = 503 },
	[PROBLEM_TIMEOUT] = { .code = "timeout", .status = 504 },
	[PROBLEM_INTERNAL] = { .code = "internal", .status = 500 }
};
const size_t			contract_nproblems = PROBLEM_COUNT;
const struct contract_sqlstate	contract_sqlstates[] = {
	{ "HZ409", NULL, PROBLEM_INVALID_STATE, NULL }, { "23505", NULL, PROBLEM_INVALID_STATE, NULL },
	{ "23505", "institution_uscc", PROBLEM_USCC_TAKEN, "/uscc" }, { "57014", NULL, PROBLEM_TIMEOUT, NULL },
	{ "57", NULL, PROBLEM_UNAVAILABLE, NULL }
};
const size_t			contract_nsqlstates = COUNT(contract_sqlstates);
const char			contract_nobody_sql[] = "SELECT nobody";
const char			contract_auth_sql[] = "SELECT auth", contract_export_sql[] = "SELECT export";
const char *const		contract_patterns[] = { NULL };

int
contract_problem_by_code(const char *code)
{
	size_t	i;

	for (i = 0; i < PROBLEM_COUNT; i++)
		if (strcmp(contract_problems[i].code, code) == 0)
			return ((int)i);
	return (-1);
}

static struct engine_call	call;
static unsigned			done_calls;

static void
hello(struct engine_call *c)
{
	engine_answer(c, 200, "text/plain", "hello", 5);
}

static void
on_done(struct engine_call *c)
{
	(void)c;
	done_calls++;
}

static int
setup(void **state)
{
	(void)state;
	memset(&stub, 0, sizeof(stub));
	memset(&call, 0, sizeof(call));
	done_calls = 0;
	call.arena = arena_create();
	call.done = on_done;
	call.headers[ENGINE_AUTHORIZATION] = "Bearer hzk_1";
	return (0);
}

static int
teardown(void **state)
{
	(void)state;
	engine_close(&call);
	arena_destroy(call.arena);
	return (0);
}

/* Open and run; returns whether the reply was complete at once. */
static bool
go(const char *method, const char *path, const char *json)
{
	char	*query = strchr(arena_string(call.arena, path), '?');

	engine_close(&call);	/* of the test's request before, if there was one */
	call.method = method;
	call.path = arena_dup(call.arena, path, strcspn(path, "?"));
	call.query = query == NULL ? NULL : query + 1;
	call.body = json;
	call.body_length = json == NULL ? 0 : strlen(json);
	if (json != NULL && call.headers[ENGINE_CONTENT_TYPE] == NULL)
		call.headers[ENGINE_CONTENT_TYPE] = "application/json";
	return (!engine_open(&call) || engine_run(&call));
}

static inline const char *
header(const char *name)
{
	size_t	i;

	for (i = 0; i < call.reply.nfields; i++)
		if (strcmp(call.reply.fields[i].name, name) == 0)
			return (call.reply.fields[i].value);
	return ("");
}

static inline void
assert_body(const char *expected)
{
	assert_int_equal(call.reply.length, strlen(expected));
	assert_memory_equal(call.reply.body, expected, strlen(expected));
}

static inline void
assert_refused(int problem, int status)
{
	assert_int_equal(call.reply.refusal.problem, problem);
	assert_int_equal(call.reply.status, status);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
