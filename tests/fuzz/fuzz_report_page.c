/*
 * Any octets as a form that is refused, its faults among them: the page stays the page, tag by tag.
 * sources: api/http/report_page.c api/http/report_form.c api/http/report_status.c api/http/report_faults.c api/http/report_parts.c api/http/report_style.c api/http/html.c api/http/problem.c api/http/reply.c api/engine/form.c api/base/arena.c api/base/memory.c api/base/buf.c api/base/text.c api/crypto/crypto.c
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/validate.h"
#include "handlers.h"
#include "http/report_page.h"
#include "problems.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define OTHER	{ .code = "other", .status = 422, .title_zh = "", .title_en = "", .detail_zh = "不行", .detail_en = "no" }

const struct contract_problem		contract_problems[PROBLEM_COUNT] = { [0 ... PROBLEM_COUNT - 1] = OTHER };
static const struct contract_route	routes[] = { { .path = "/report" }, { .path = "/report/messages" }, { .path = "/report/attachments" },
    { .path = "/report/withdrawals" }, { .path = "/report/status" } };
static const struct contract_op		post = { .method = CONTRACT_POST };
static const char			row[] = "{\"sealed\":true,\"institution\":null,\"districts\":[{\"code\":\"1\",\"name\":\"甲\"},{\"code\":\"2\",\"name\":\"乙\"}],"
    "\"categories\":[{\"code\":\"fire\",\"zh\":\"火\",\"en\":\"fire\"}],\"bureau\":{\"readers\":{\"zh\":\"甲\",\"en\":\"a\"},\"next_steps\":{\"zh\":\"甲\",\"en\":\"a\"}}}";

const char *
engine_row_text(const struct engine_call *call, const char *column)
{
	(void)column;
	return (call->owner == NULL ? NULL : row);
}

const char *
engine_secret(const struct engine_call *call)
{
	(void)call;
	return ("");
}

void
engine_field(struct engine_call *call, const char *name, const char *value)
{
	call->reply.fields[call->reply.nfields++] = (struct engine_field){ name, value };
}

void
validate_fault(json_t *errors, const char *pointer, const char *code, const char *detail)
{
	(void)json_array_append_new(errors, json_pack("{s:s,s:s,s:s}", "pointer", pointer, "code", code, "detail", detail));
}

/* One tag: <name, then attributes of small letters, with quoted values or none, then >. */
static const char *
tag(const char *p)
{
	p += *p == '/';
	if (strspn(p, "abcdefghijklmnopqrstuvwxyz") == 0)
		abort();
	p += strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789");
	while (*p == ' ') {
		p += 1 + strspn(p + 1, "abcdefghijklmnopqrstuvwxyz-");
		if (*p != '=')
			continue;
		if (p[1] != '"')
			abort();
		p += 2 + strcspn(p + 2, "\"<>");
		if (*p++ != '"')
			abort();
	}
	if (*p != '>')
		abort();
	return (p + 1);
}

static unsigned
tags(const char *page)
{
	const char	*p = strstr(page, "</style>");
	unsigned	 n = 0;

	if (p == NULL)
		abort();
	for (p = strchr(p, '<'); p != NULL; p = strchr(p, '<'), n++)
		p = tag(p + 1);
	return (n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned		 status;
	struct engine_call	 call = { .op = &post, .owner = size % 2 == 0 ? &status : NULL };
	size_t			 which = size > 0 ? data[0] % 5 : 0;
	json_t			*errors = json_array();
	char			*text;

	call.arena = arena_create();
	text = arena_dup(call.arena, data, size);
	call.route = &routes[which];
	call.work = (struct engine_work *)(void *)&status;	/* only asked whether there is one */
	call.body = text;
	call.body_length = size;
	call.query = size % 3 == 0 ? "lang=en" : text;
	call.reply.refusal.problem = size % 4 == 0 ? PROBLEM_INTERNAL : PROBLEM_VALIDATION_FAILED;
	if (text_utf8(text, strlen(text))) {
		validate_fault(errors, text, "required", text);
		validate_fault(errors, "/description", text, text);
	}
	call.reply.refusal.errors = errors;
	if (which == 0)
		refuse_report_form(&call);
	else
		refuse_report_receipt(&call);
	if (tags(arena_dup(call.arena, call.reply.body, call.reply.length)) > 200)
		abort();
	json_decref(errors);
	arena_destroy(call.arena);
	return (0);
}
