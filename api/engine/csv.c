#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/memory.h"
#include "engine/cursor.h"
#include "engine/csv.h"
#include "engine/reply.h"

#define BOM	"\xef\xbb\xbf"
#define END	"\r\n"

/* 不含敏感类, percent-encoded */
#define WITHOUT_SENSITIVE	"-%E4%B8%8D%E5%90%AB%E6%95%8F%E6%84%9F%E7%B1%BB"

/* What makes a spreadsheet evaluate a cell; the wide forms are folded by some. */
static const char *const	formula_starts[] = { "=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠" };

static bool
csv_dangerous(const char *text, size_t length)
{
	size_t	i, n;

	for (i = 0; i < sizeof(formula_starts) / sizeof(formula_starts[0]); i++) {
		n = strlen(formula_starts[i]);
		if (length >= n && memcmp(text, formula_starts[i], n) == 0)
			return (true);
	}
	return (false);
}

void
csv_field(struct buf *b, const char *text, size_t length)
{
	bool	dangerous = csv_dangerous(text, length);
	size_t	i;

	for (i = 0; i < length && strchr("\",\r\n", text[i]) == NULL; i++)
		;
	if (i == length && !dangerous) {
		buf_add(b, text, length);
		return;
	}
	buf_string(b, dangerous ? "\"'" : "\"");
	for (i = 0; i < length; i++) {
		if (text[i] == '"')
			buf_char(b, '"');
		buf_char(b, text[i]);
	}
	buf_char(b, '"');
}

/* Arrays of texts are joined; whatever else is nested stays JSON. */
static void
csv_nested(struct buf *b, const json_t *value)
{
	struct buf	 joined;
	const json_t	*item;
	char		*text;
	size_t		 i;

	buf_init(&joined, b->arena);
	json_array_foreach(value, i, item) {
		if (!json_is_string(item))
			break;
		buf_string(&joined, i > 0 ? "；" : "");
		buf_add(&joined, json_string_value(item), json_string_length(item));
	}
	if (json_is_array(value) && i == json_array_size(value)) {
		csv_field(b, buf_end(&joined), joined.length);
		return;
	}
	if ((text = json_dumps(value, JSON_COMPACT)) == NULL)
		memory_out();
	csv_field(b, text, strlen(text));
	free(text);
}

static void
csv_value(struct buf *b, const json_t *value)
{
	if (json_is_string(value))
		csv_field(b, json_string_value(value), json_string_length(value));
	else if (json_is_boolean(value))
		buf_string(b, json_is_true(value) ? "是" : "否");
	else if (json_is_integer(value))
		buf_format(b, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		buf_format(b, "%.15g", json_real_value(value));
	else if (json_is_object(value) || json_is_array(value))
		csv_nested(b, value);
}

static int
csv_by_order(const void *a, const void *b)
{
	const struct contract_property *const	*x = a, *const *y = b;

	return ((*x)->order < (*y)->order ? -1 : (*x)->order > (*y)->order);
}

static void
csv_columns(struct engine_call *call, struct csv *csv)
{
	const struct contract_schema	*item = call->op->item;
	size_t				 i;

	csv->columns = arena_alloc(call->arena, (item->nproperties + 1) * sizeof(*csv->columns));
	for (i = 0; i < item->nproperties; i++)
		csv->columns[i] = &item->properties[i];
	csv->columns[i] = NULL;
	qsort(csv->columns, item->nproperties, sizeof(csv->columns[0]), csv_by_order);
}

static void
csv_header(struct buf *b, const struct csv *csv)
{
	const struct contract_property	**c;
	const char			 *title;

	buf_string(b, BOM);
	for (c = csv->columns; *c != NULL; c++) {
		if (c > csv->columns)
			buf_char(b, ',');
		title = (*c)->title == NULL ? (*c)->name : (*c)->title;
		csv_field(b, title, strlen(title));
	}
	buf_string(b, END);
}

/* Fill the stretch: rows of this page, after what `b` holds already. */
static void
csv_rows(struct engine_call *call, const PGresult *r, struct buf *b)
{
	struct csv			 *csv = call->work->csv;
	const struct contract_property	**c;
	json_auto_t			 *items = NULL;
	const json_t			 *item;
	size_t				  i;
	int				  column;

	csv->next_key = NULL;
	if (PQntuples(r) > 0 && (column = reply_column(r, "items")) >= 0)
		items = json_loadb(PQgetvalue(r, 0, column), (size_t)PQgetlength(r, 0, column), 0, NULL);
	json_array_foreach(items, i, item) {
		for (c = csv->columns; *c != NULL; c++) {
			if (c > csv->columns)
				buf_char(b, ',');
			csv_value(b, json_object_get(item, (*c)->name));
		}
		buf_string(b, END);
	}
	if (PQntuples(r) > 0 && (column = reply_column(r, "next_key")) >= 0 && !PQgetisnull(r, 0, column))
		csv->next_key = arena_string(csv->page, PQgetvalue(r, 0, column));
	call->reply.body = b->data;
	call->reply.length = b->length;
	call->reply.more = csv->next_key != NULL;
}

/* Whoever gets the file on must see that it is not whole: its name says so, and a field which categories are missing. */
static void
csv_disposition(struct engine_call *call, bool whole)
{
	const unsigned char	*c;
	struct buf		 name;
	char			 day[9];

	buf_init(&name, call->arena);
	for (c = (const unsigned char *)call->op->title; *c != '\0'; c++)
		buf_format(&name, *c < 0x80 && isalnum(*c) ? "%c" : "%%%02X", *c);
	if (!whole)
		buf_string(&name, WITHOUT_SENSITIVE);
	clock_day(day, time(NULL));
	engine_field(call, "Content-Disposition", arena_format(call->arena,
	    "attachment; filename=\"%s%s-%s.csv\"; filename*=UTF-8''%s-%s.csv", call->op->id,
	    whole ? "" : "-without_sensitive", day, buf_end(&name), day));
}

void
csv_begin(struct engine_call *call, const PGresult *r, const char *omitted)
{
	struct csv	*csv = arena_zero(call->arena, sizeof(*csv));
	struct buf	 b;

	call->work->csv = csv;
	csv->page = arena_create();
	csv_columns(call, csv);
	buf_init(&b, csv->page);
	csv_header(&b, csv);
	csv_disposition(call, !call->op->sensitive || *omitted == '\0');
	if (call->op->sensitive && *omitted != '\0')
		engine_field(call, "Omitted-Categories", omitted);
	engine_answer(call, 200, "text/csv; charset=utf-8; header=present", NULL, 0);
	csv_rows(call, r, &b);
}

void
csv_page(struct engine_call *call, const PGresult *r)
{
	struct buf	b;

	buf_init(&b, call->work->csv->page);
	csv_rows(call, r, &b);
}

bool
csv_advance(struct engine_call *call)
{
	struct csv	*csv = call->work->csv;
	struct arena	*old = csv->page;
	bool		 good;

	csv->page = arena_create();
	good = cursor_follow(csv->page, csv->next_key, &call->work->query);
	arena_destroy(old);
	return (good);
}

void
csv_close(struct csv *csv)
{
	if (csv != NULL)
		arena_destroy(csv->page);
}
