#include <stdlib.h>
#include <string.h>

#include "engine/form.h"
#include "http/problem.h"
#include "http/report_page.h"

/* Where "leave quickly" leads: a page anybody may have open. */
#define ELSEWHERE	"https://www.weather.com.cn/"

/*
 * Forged requests need no defence here. There is no cookie and no session: whoever posts a form has only what stands in it, so a page elsewhere
 * that makes a browser post here can do no more than its author could alone: report something, as anybody may, or use a receipt it
 * knows already. Nor can it read the answer: no origin is admitted (CORS), and nothing may frame these pages.
 */

const char *
say(const struct report_page *p, const char *zh, const char *en)
{
	return (p->english ? en : zh);
}

const char *
report_page_text(const json_t *object, const char *name)
{
	return (json_string_value(json_object_get(object, name)));
}

const char *
report_page_words(const struct report_page *p, const json_t *object, const char *name)
{
	return (report_page_text(json_object_get(object, name), say(p, "zh", "en")));
}

const char *
report_page_typed(const struct report_page *p, const char *name, const char *inner)
{
	const json_t	*value = json_object_get(p->typed, name);

	if (inner != NULL)
		value = json_object_get(value, inner);
	return (json_is_string(value) ? json_string_value(value) : "");
}

const char *
report_page_path(const struct report_page *p, const char *path, bool code)
{
	const char	*sign = report_page_text(p->address, "code");

	/* a sign's code is letters and digits: anything else would not be found */
	if (code && sign != NULL && strspn(sign, "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjklmnpqrstuvwxyz23456789") == strlen(sign))
		return (arena_format(p->call->arena, "%s?lang=%s&code=%s", path, say(p, "zh", "en"), sign));
	return (arena_format(p->call->arena, "%s?lang=%s", path, say(p, "zh", "en")));
}

static bool
english(const struct report_page *p)
{
	const char	*lang = report_page_text(p->address, "lang");

	if (lang != NULL)
		return (strcmp(lang, "en") == 0);
	return (language_choose(p->call->headers[ENGINE_ACCEPT_LANGUAGE]) == LANGUAGE_EN);
}

/* An object in any case: what cannot be read is as if it had not come. */
static json_t *
fields(const char *text, size_t length)
{
	json_auto_t	*errors = json_array();
	json_t		*object = text == NULL ? NULL : form_parse(text, length, errors);

	return (object == NULL ? json_object() : object);
}

static void
read_call(struct report_page *p, struct engine_call *call)
{
	const char	*row = call->work == NULL ? NULL : engine_row_text(call, "page");

	memset(p, 0, sizeof(*p));
	p->call = call;
	p->data = row == NULL ? NULL : json_loads(row, 0, NULL);
	p->address = fields(call->query, call->query == NULL ? 0 : strlen(call->query));
	if (call->form != NULL)
		p->typed = fields(call->form, strlen(call->form));
	else
		p->typed = fields(call->op == NULL || call->op->file_body ? NULL : call->body, call->body_length);
	p->english = english(p);
	if (call->reply.refusal.problem >= 0)
		p->faults = call->reply.refusal.errors;
	buf_init(&p->out, call->arena);
	buf_reserve(&p->out, 16384);
}

void
report_page_begin(struct report_page *p, struct engine_call *call, const char *title_zh, const char *title_en)
{
	bool	refused = call->reply.refusal.problem >= 0;

	read_call(p, call);
	html_put(&p->out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n"
	    "<title>%s%s</title>\n<style>", say(p, "zh-CN", "en"), refused ? say(p, "请改正：", "Not sent: ") : "", say(p, title_zh, title_en));
	buf_string(&p->out, report_style);
	html_put(&p->out, "</style>\n</head>\n<body>\n<header><a class=\"leave\" href=\"" ELSEWHERE "\" rel=\"noreferrer noopener\">%s</a>",
	    say(p, "快速离开", "Leave quickly"));
	/* the other language, where a link leads to it: not from what was posted */
	if (call->op != NULL && call->op->method == CONTRACT_GET) {
		p->english = !p->english;
		html_put(&p->out, "<a href=\"%s\" lang=\"%s\" hreflang=\"%s\">%s</a>", report_page_path(p, call->route->path, true), say(p, "zh-CN", "en"),
		    say(p, "zh-CN", "en"), say(p, "中文", "English"));
		p->english = !p->english;
	}
	html_put(&p->out, "</header>\n<main>\n<h1>%s</h1>\n", say(p, title_zh, title_en));
	report_faults_box(p);
}

/* Set once, also where an answer became a refusal after all. */
static void
set_fields(const struct report_page *p)
{
	struct engine_call	*call = p->call;
	size_t			 i;

	for (i = 0; i < call->reply.nfields; i++)
		if (strcmp(call->reply.fields[i].name, "Content-Security-Policy") == 0)
			return;
	engine_field(call, "Content-Security-Policy", arena_format(call->arena, "default-src 'none'; style-src '%s'; form-action 'self'; "
	    "base-uri 'none'; frame-ancestors 'none'", report_style_source()));
	engine_field(call, "Referrer-Policy", "no-referrer");
	engine_field(call, "Cross-Origin-Opener-Policy", "same-origin");
	engine_field(call, "Cross-Origin-Resource-Policy", "same-origin");
	engine_field(call, "Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()");
	engine_field(call, "Cache-Control", "no-store");
	engine_field(call, "Content-Language", say(p, "zh-CN", "en"));
	engine_field(call, "Vary", "Accept-Language");
	engine_field(call, "Content-Type", "text/html; charset=utf-8");
}

void
report_page_end(struct report_page *p, int status)
{
	html_put(&p->out, "</main>\n<footer><p>%s</p><p>%s</p></footer>\n</body>\n</html>\n",
	    say(p, "也可以拨打安全生产举报电话 12350。情况紧急先拨 119、110 或 120。",
	    "You may also call 12350, the telephone for reports on safety. In an emergency first call 119, 110 or 120."),
	    say(p, "本页不用脚本和 cookie，不向别处发请求。用完请关闭页面，并清除浏览记录：浏览器和微信可能记得您来过。",
	    "This page uses no script and no cookie, and asks no other site for anything. Close it when you are done and clear the history: "
	    "a browser, or WeChat, may remember that you were here."));
	set_fields(p);
	p->call->reply.status = status;
	p->call->reply.body = p->out.data;
	p->call->reply.length = p->out.length;
	json_decref(p->data);
	json_decref(p->address);
	json_decref(p->typed);
}
