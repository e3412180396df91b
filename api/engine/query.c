#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "engine/cursor.h"
#include "engine/query.h"
#include "engine/validate.h"
#include "problems.h"

/* What a parse needs to pass around. */
struct reader {
	struct arena			*arena;
	const struct contract_op	*op;
	struct query			*q;
	json_t				*errors;
	struct buf			 others;
	struct buf			 lists[QUERY_PARAMS];	/* of arrays, which may be given again and again */
	const char			*limit, *cursor, *sort, *sensitive;
	bool				 good, in_form;
};

static void
reader_fault(struct reader *r, const char *name, const char *code, const char *detail)
{
	/* The name came from the client: quoted only as far as it can be a name. */
	char	pointer[80];

	(void)snprintf(pointer, sizeof(pointer), "?%.64s", name);
	validate_fault(r->errors, text_utf8(pointer, strlen(pointer)) ? pointer : "?", code, detail);
	r->good = false;
}

static void
reader_once(struct reader *r, const char **slot, const char *name, const char *value)
{
	if (*slot != NULL)
		reader_fault(r, name, "duplicate_parameter", "参数只能出现一次");
	*slot = value;
}

static void
reader_param(struct reader *r, size_t i, const char *value)
{
	const struct contract_param	*p = &r->op->query[i];
	const char			**slot = &r->q->values[i];

	if (p->schema->type != CONTRACT_ARRAY) {
		reader_once(r, slot, p->name, value);
		return;
	}
	if (*slot == NULL)
		buf_init(&r->lists[i], r->arena);
	else
		buf_char(&r->lists[i], ',');
	buf_string(&r->lists[i], value);
	*slot = buf_end(&r->lists[i]);
}

/* One name=value. Returns true when it belongs into the link to the next page. */
static bool
reader_pair(struct reader *r, const char *name, const char *value)
{
	size_t	i;

	for (i = 0; i < r->op->nquery; i++) {
		if (strcmp(r->op->query[i].name, name) == 0 && (r->in_form || !r->op->query[i].form_only)) {
			reader_param(r, i, value);
			return (!r->op->query[i].form_only);
		}
	}
	if (r->op->limit && strcmp(name, "limit") == 0) {
		reader_once(r, &r->limit, name, value);
		return (false);
	}
	if (r->op->cursor && strcmp(name, "cursor") == 0) {
		reader_once(r, &r->cursor, name, value);
		return (false);
	}
	if (r->op->nsorts > 0 && strcmp(name, "sort") == 0)
		reader_once(r, &r->sort, name, value);
	else if (r->op->sensitive && strcmp(name, "sensitive") == 0)
		reader_once(r, &r->sensitive, name, value);
	else
		reader_fault(r, name, "unknown_parameter", "没有这个查询参数");
	return (true);
}

static void
reader_split(struct reader *r, const char *raw)
{
	const char	*pair, *end;
	char		*name, *value;
	size_t		 length, nname, nvalue;

	for (pair = raw; *pair != '\0'; pair = *end == '&' ? end + 1 : end) {
		end = pair + strcspn(pair, "&");
		length = (size_t)(end - pair);
		if (length == 0)
			continue;
		name = arena_dup(r->arena, pair, length);
		value = memchr(name, '=', length);
		nname = value == NULL ? length : (size_t)(value - name);
		nvalue = value == NULL ? 0 : length - nname - 1;
		if (value == NULL)
			value = arena_string(r->arena, "");
		else
			*value++ = '\0';
		if (!text_percent_decode(name, &nname, true) || !text_percent_decode(value, &nvalue, true) ||
		    !text_utf8(name, nname) || !text_utf8(value, nvalue)) {
			reader_fault(r, "", "bad_character", "查询串的编码不正确");
			continue;
		}
		if (reader_pair(r, name, value)) {
			if (r->others.length > 0)
				buf_char(&r->others, '&');
			buf_add(&r->others, pair, length);
		}
	}
}

static void
reader_limit(struct reader *r)
{
	char	*end;
	long	 n;

	r->q->limit = QUERY_LIMIT;
	if (r->limit == NULL)
		return;
	n = r->limit[0] >= '0' && r->limit[0] <= '9' ? strtol(r->limit, &end, 10) : 0;
	if (n < 1 || n > QUERY_LIMIT_MAX || *end != '\0')
		reader_fault(r, "limit", "out_of_range", "应为 1 到 200 的整数");
	else
		r->q->limit = (int)n;
}

static void
reader_sort(struct reader *r)
{
	size_t	i;

	r->q->sort = 0;
	if (r->sort == NULL)
		return;
	for (i = 0; i < r->op->nsorts; i++) {
		if (strcmp(r->op->sorts[i], r->sort) == 0) {
			r->q->sort = i;
			return;
		}
	}
	reader_fault(r, "sort", "not_in_enum", "不能按此排序");
}

static void
reader_sensitive(struct reader *r)
{
	r->q->sensitive = r->sensitive != NULL && strcmp(r->sensitive, "include") == 0;
	if (r->sensitive != NULL && !r->q->sensitive)
		reader_fault(r, "sensitive", "not_in_enum", "只能是 include");
}

static void
reader_values(struct reader *r, bool whole)
{
	const struct contract_param	*p;
	char				 pointer[80];
	size_t				 i;

	for (i = 0; i < r->op->nquery; i++) {
		p = &r->op->query[i];
		(void)snprintf(pointer, sizeof(pointer), "?%s", p->name);
		if (r->q->values[i] == NULL) {
			if (p->required && (whole || !p->form_only))
				reader_fault(r, p->name, "required", "缺少这个查询参数");
			r->q->values[i] = p->fallback;
		} else if (!validate_text(p->schema, r->q->values[i], pointer, r->errors)) {
			r->good = false;
		}
		if (r->q->values[i] != NULL)
			r->q->present |= UINT64_C(1) << i;
	}
}

/* A cursor is good for the same path, filters and sort only. */
static void
reader_digest(struct reader *r, const char *path)
{
	struct crypto_part	parts[QUERY_PARAMS + 2];
	uint8_t			hash[CRYPTO_HASH];
	size_t			i, n = 0;

	parts[n++] = (struct crypto_part){ path, strlen(path) };
	for (i = 0; i < r->op->nquery; i++)
		parts[n++] = (struct crypto_part){ r->q->values[i],
		    r->q->values[i] == NULL ? 0 : strlen(r->q->values[i]) };
	parts[n++] = (struct crypto_part){ &r->q->sort, sizeof(r->q->sort) };
	crypto_sha256_parts(hash, parts, n);
	text_base64_encode(r->q->digest, hash, 12);
}

bool
query_parse(struct arena *arena, const struct contract_op *op, const char *path, const char *raw, const char *form,
    struct query *q, json_t *errors, int *problem)
{
	struct reader	r = { .arena = arena, .op = op, .q = q, .errors = errors, .good = true };

	memset(q, 0, sizeof(*q));
	q->others = "";
	buf_init(&r.others, arena);
	if (raw != NULL)
		reader_split(&r, raw);
	r.in_form = true;
	if (form != NULL)
		reader_split(&r, form);
	if (r.others.length > 0)
		q->others = buf_end(&r.others);
	reader_limit(&r);
	reader_sort(&r);
	reader_sensitive(&r);
	reader_values(&r, form != NULL);
	*problem = PROBLEM_INVALID_QUERY;
	if (op->kind != CONTRACT_KIND_LIST)
		return (r.good);
	reader_digest(&r, path);
	if (r.cursor != NULL && !cursor_decode(arena, r.cursor, q)) {
		if (r.good)
			*problem = PROBLEM_INVALID_CURSOR;
		reader_fault(&r, "cursor", "invalid_cursor", "游标已损坏，或不属于这组筛选和排序");
	}
	return (r.good);
}
