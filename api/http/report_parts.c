/* Parts of the forms of /report. */
#include <string.h>

#include "http/report_page.h"

/* "-identity-name" of "/identity/name"; what is no place of a form is one all the same, where no link leads. */
const char *
report_part_id(const struct report_page *p, const char *pointer)
{
	char	*id = arena_dup(p->call->arena, pointer, strlen(pointer)), *c;

	for (c = id; *c != '\0'; c++)
		if (strchr("/?[]", *c) != NULL)
			*c = '-';
	return (id);
}

void
report_part_fault(struct report_page *p, const char *pointer, const char *id)
{
	const char	*fault = report_fault(p, pointer);

	if (fault != NULL)
		html_put(&p->out, "<p class=\"bad\" id=\"bad%s\">%s</p>\n", id, fault);
}

/* What every control has: its name, its id, what describes it. */
static void
attributes(struct report_page *p, const struct report_field *f, const char *id)
{
	bool	bad = report_fault(p, f->pointer) != NULL;

	if (f->inner != NULL)
		html_put(&p->out, " id=\"at%s\" name=\"%s[%s]\"", id, f->name, f->inner);
	else
		html_put(&p->out, " id=\"at%s\" name=\"%s\"", id, f->name);
	if (f->max > 0)
		html_put(&p->out, " maxlength=\"%d\"", f->max);
	if (bad || f->hint_zh != NULL)
		html_put(&p->out, " aria-describedby=\"%s%s %s%s\"", bad ? "bad" : "", bad ? id : "", f->hint_zh == NULL ? "" : "hint",
		    f->hint_zh == NULL ? "" : id);
	/* what is typed here is no business of the browser's memory */
	html_put(&p->out, " autocomplete=\"off\"%s", f->required ? " required" : "");
	if (bad)
		html_put(&p->out, " aria-invalid=\"true\"");
}

void
report_part_field(struct report_page *p, const struct report_field *f)
{
	const char	*id = report_part_id(p, f->pointer), *typed = report_page_typed(p, f->name, f->inner);

	html_put(&p->out, "<div class=\"field\"><label for=\"at%s\">%s</label>\n", id, say(p, f->zh, f->en));
	if (f->hint_zh != NULL)
		html_put(&p->out, "<p class=\"hint\" id=\"hint%s\">%s</p>\n", id, say(p, f->hint_zh, f->hint_en));
	report_part_fault(p, f->pointer, id);
	if (f->type == NULL) {
		html_put(&p->out, "<textarea rows=\"7\"");
		attributes(p, f, id);
		html_put(&p->out, ">\n%s</textarea></div>\n", typed);	/* the first line end is not of the text */
		return;
	}
	html_put(&p->out, "<input type=\"%s\"", f->type);
	attributes(p, f, id);
	html_put(&p->out, " value=\"%s\"></div>\n", typed);
}

void
report_part_choice(struct report_page *p, const char *name, int n, const char *value, bool preset, const char *label, const char *hint)
{
	const char	*typed = report_page_typed(p, name, NULL);
	bool		 chosen = *typed == '\0' ? preset : strcmp(typed, value) == 0;

	html_put(&p->out, "<input type=\"radio\" id=\"%s-%d\" name=\"%s\" value=\"%s\" required%s><label class=\"pick\" for=\"%s-%d\">%s", name, n, name,
	    value, chosen ? " checked" : "", name, n, label);
	if (hint != NULL)
		html_put(&p->out, "<small>%s</small>", hint);
	html_put(&p->out, "</label>\n");
}

void
report_part_hidden(struct report_page *p, const char *name, const char *value)
{
	html_put(&p->out, "<input type=\"hidden\" name=\"%s\" value=\"%s\">\n", name, value);
}

void
report_part_form(struct report_page *p, const char *path, bool code, bool file)
{
	html_put(&p->out, "<form method=\"post\" action=\"%s\" enctype=\"%s\" autocomplete=\"off\" accept-charset=\"utf-8\">\n",
	    report_page_path(p, path, code), file ? "multipart/form-data" : "application/x-www-form-urlencoded");
	/* Chromium writes what was posted to disk, to open its tabs again after a restart, unless a password was among it. This is none, so that
	 * what was typed and the receipt are not written; marked as a code good for one time, which no browser offers to remember. */
	html_put(&p->out, "<input type=\"password\" name=\"unkept\" value=\"yes\" autocomplete=\"one-time-code\" readonly hidden>\n");
}

void
report_part_again(struct report_page *p, const char *path, const char *receipt, const char *zh, const char *en)
{
	report_part_form(p, path, false, false);
	report_part_hidden(p, "receipt", receipt);
	html_put(&p->out, "<button class=\"plain\">%s</button></form>\n", say(p, zh, en));
}

void
report_part_secret(struct report_page *p, const char *secret)
{
	const char	*group = secret;
	size_t		 n;

	html_put(&p->out, "<p class=\"receipt\" translate=\"no\">");
	for (; *group != '\0'; group += n + (group[n] == '-')) {
		n = strcspn(group, "-");
		html_put(&p->out, "<b>%s%s</b>", arena_dup(p->call->arena, group, n), group[n] == '-' ? "-" : "");
		if (group[n] == '-')
			html_put(&p->out, "<wbr>");
	}
	html_put(&p->out, "</p>\n");
}
