#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "contract/lookup.h"
#include "handlers.h"
#include "http/pages.h"
#include "http/settings.h"
#include "problems.h"

void
pages_answer(struct engine_call *call, const char *html, size_t length)
{
	/* data: is for the small icons within Swagger UI's style sheet */
	engine_field(call, "Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "
	    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
	engine_field(call, "Referrer-Policy", "no-referrer");
	engine_answer(call, 200, "text/html; charset=utf-8", html, length);
}

void
handle_openapi(struct engine_call *call)
{
	engine_field(call, "Cache-Control", "no-cache");
	engine_answer(call, 200, "application/json", contract_openapi, contract_openapi_length);
}

void
handle_security_txt(struct engine_call *call)
{
	time_t		expires = (time(NULL) / 86400 + 180) * 86400;
	struct tm	tm;
	struct buf	out;
	char		date[32];

	(void)gmtime_r(&expires, &tm);
	(void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_init(&out, call->arena);
	buf_format(&out, "Contact: %s\nExpires: %s\nPreferred-Languages: zh, en\n", settings.contact, date);
	engine_field(call, "Cache-Control", "public, max-age=3600");
	engine_answer(call, 200, "text/plain; charset=utf-8", out.data, out.length);
}

/* Text into HTML. */
static void
add_text(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '<':
			buf_string(out, "&lt;");
			break;
		case '>':
			buf_string(out, "&gt;");
			break;
		case '&':
			buf_string(out, "&amp;");
			break;
		default:
			buf_char(out, *text);
		}
	}
}

static void
add_part(struct buf *out, const char *tag, const char *before, const char *text)
{
	buf_format(out, "<%s>%s", tag, before);
	add_text(out, text);
	buf_format(out, "</%.*s>\n", (int)strcspn(tag, " "), tag);
}

void
handle_problem_page(struct engine_call *call)
{
	const struct contract_problem	*p;
	struct buf			 out;
	int				 found = contract_problem_by_code(engine_param(call, 0));

	if (found < 0) {
		engine_refuse(call, PROBLEM_NOT_FOUND, NULL);
		return;
	}
	p = &contract_problems[found];
	buf_init(&out, call->arena);
	buf_format(&out, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<title>%s</title>\n<link rel=\"stylesheet\" href=\"/docs/page.css\">\n</head>\n<body>\n", p->code);
	add_part(&out, "h1", "", p->title_zh);
	buf_format(&out, "<p><code>%s</code> · HTTP %d</p>\n", p->code, p->status);
	add_part(&out, "p", "<b>含义:</b>", p->meaning_zh);
	add_part(&out, "p", "<b>怎么办:</b>", p->action_zh);
	add_part(&out, "h2 lang=\"en\"", "", p->title_en);
	add_part(&out, "p lang=\"en\"", "<b>What it means.</b> ", p->meaning_en);
	add_part(&out, "p lang=\"en\"", "<b>What to do.</b> ", p->action_en);
	buf_string(&out, "</body>\n</html>\n");
	engine_field(call, "Cache-Control", "public, max-age=3600");
	pages_answer(call, out.data, out.length);
}
