#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "contract/contract.h"
#include "http/problem.h"

/* The weight of one element "tag;q=0.8" in thousandths; 1000 without one, 0 when it makes no sense. */
static int
element_weight(const char *params, size_t n)
{
	const char	*q = NULL;
	size_t		 i;
	int		 weight = 0, unit = 1000;

	for (i = 0; i + 1 < n; i++)
		if ((params[i] == 'q' || params[i] == 'Q') && params[i + 1] == '=')
			q = params + i + 2;
	if (q == NULL)
		return (1000);
	for (; q < params + n && unit > 0; q++) {
		if (*q == '.')
			continue;
		if (*q < '0' || *q > '9')
			break;
		weight += (*q - '0') * unit;
		unit /= 10;
	}
	return (weight > 1000 ? 0 : weight);
}

static bool
tag_is(const char *element, size_t n, const char *language)
{
	return (n >= 2 && strncasecmp(element, language, 2) == 0 && (n == 2 || element[2] == '-'));
}

enum language
language_choose(const char *accept)
{
	int		 zh = -1, en = -1, any = 0;
	const char	*end;
	size_t		 n, tag;

	for (; accept != NULL && *accept != '\0'; accept = end + (*end == ',')) {
		accept += strspn(accept, " \t");
		end = accept + strcspn(accept, ",");
		n = (size_t)(end - accept);
		tag = strcspn(accept, "; \t,");
		if (tag > n)
			tag = n;
		if (tag_is(accept, tag, "zh") && element_weight(accept + tag, n - tag) > zh)
			zh = element_weight(accept + tag, n - tag);
		else if (tag_is(accept, tag, "en") && element_weight(accept + tag, n - tag) > en)
			en = element_weight(accept + tag, n - tag);
		else if (tag == 1 && *accept == '*')
			any = element_weight(accept + tag, n - tag);
	}
	if (zh < 0)
		zh = any;
	return (en > zh ? LANGUAGE_EN : LANGUAGE_ZH);
}

static void
add_text(json_t *to, const char *name, const char *value)
{
	if (value != NULL)
		(void)json_object_set_new(to, name, json_string(value));
}

const char *
problem_render(struct arena *arena, const struct problem_body *p, enum language language, size_t *length)
{
	const struct contract_problem	*known = &contract_problems[p->problem];
	const char			*detail;
	json_t				*root = json_object();
	char				*text, *kept;

	detail = language == LANGUAGE_EN ? p->detail_en : p->detail_zh;
	if (detail == NULL)
		detail = language == LANGUAGE_EN ? known->detail_en : known->detail_zh;
	(void)json_object_set_new(root, "type", json_sprintf("/problems/%s", known->code));
	add_text(root, "title", language == LANGUAGE_EN ? known->title_en : known->title_zh);
	(void)json_object_set_new(root, "status", json_integer(known->status));
	add_text(root, "detail", detail);
	add_text(root, "instance", p->instance == NULL ? "" : p->instance);
	add_text(root, "code", known->code);
	add_text(root, "trace_id", p->trace_id);
	if (p->errors != NULL)
		(void)json_object_set(root, "errors", p->errors);
	if (p->extra != NULL)
		(void)json_object_update_missing(root, p->extra);
	text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	if (text == NULL)
		memory_out();
	*length = strlen(text);
	kept = arena_dup(arena, text, *length);
	free(text);
	return (kept);
}

void
problem_fields(struct reply *reply, enum language language)
{
	reply_field(reply, "Content-Type", "application/problem+json");
	reply_field(reply, "Content-Language", language == LANGUAGE_EN ? "en" : "zh-CN");
	reply_field(reply, "Vary", "Accept-Language");
}
