#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "engine/cursor.h"
#include "engine/negotiate.h"
#include "engine/reply.h"
#include "problems.h"

#define TYPE_JSON	"application/json"

/* PQfnumber() copies and folds the name at every call; ours are exact. */
int
reply_column(const PGresult *r, const char *name)
{
	int	i, n = PQnfields(r);

	for (i = 0; i < n; i++)
		if (strcmp(PQfname(r, i), name) == 0)
			return (i);
	return (-1);
}

const char *
reply_value(const PGresult *r, const char *name, size_t *length)
{
	int	column = reply_column(r, name);

	if (column < 0 || PQntuples(r) == 0 || PQgetisnull(r, 0, column))
		return (NULL);
	if (length != NULL)
		*length = (size_t)PQgetlength(r, 0, column);
	return (PQgetvalue(r, 0, column));
}

static const char *
reply_etag(struct engine_call *call, const char *version)
{
	struct engine_work	*w = call->work;

	if (version == NULL || (call->op->etag == CONTRACT_ETAG_NONE && call->op->method == CONTRACT_GET))
		return (NULL);
	if (call->op->etag != CONTRACT_ETAG_DAILY)
		return (arena_format(call->arena, "\"%s\"", version));
	if (w->day[0] == '\0')
		clock_day(w->day, time(NULL));
	return (arena_format(call->arena, "\"%s.%s\"", version, w->day));
}

/* Put the secret in as the first member of the JSON object: PostgreSQL has never seen it. */
static const char *
reply_splice(struct engine_call *call, const char *body, size_t *length)
{
	const char	*rest = memchr(body, '{', *length);
	struct buf	 b;

	if (rest == NULL)
		return (body);
	rest++;
	buf_init(&b, call->arena);
	buf_reserve(&b, *length + CRYPTO_SECRET_SIZE + strlen(call->op->secret) + 8);
	buf_format(&b, "{\"%s\":\"%s\"", call->op->secret, call->work->secret);
	if (rest[strspn(rest, " \t\r\n")] != '}')
		buf_char(&b, ',');
	buf_add(&b, rest, *length - (size_t)(rest - body));
	*length = b.length;
	return (buf_end(&b));
}

void
reply_object(struct engine_call *call, const PGresult *r)
{
	const char	*status, *body, *etag, *location;
	size_t		 length = 0;

	if (PQntuples(r) == 0) {
		engine_refuse(call, PROBLEM_NOT_FOUND, NULL);
		return;
	}
	status = reply_value(r, "status", NULL);
	body = reply_value(r, "body", &length);
	if ((etag = reply_etag(call, reply_value(r, "version", NULL))) != NULL)
		engine_field(call, "ETag", etag);
	if ((location = reply_value(r, "location", NULL)) != NULL)
		engine_field(call, "Location", location);
	if (etag != NULL && call->op->method == CONTRACT_GET && call->headers[ENGINE_IF_NONE_MATCH] != NULL &&
	    negotiate_unchanged(call->headers[ENGINE_IF_NONE_MATCH], etag)) {
		call->reply.status = 304;
		return;
	}
	if (body != NULL && call->work->secret[0] != '\0')
		body = reply_splice(call, body, &length);
	engine_answer(call, status == NULL ? (body == NULL ? 204 : 200) : (int)strtol(status, NULL, 10),
	    body == NULL ? NULL : TYPE_JSON, body, length);
}

void
reply_row(struct engine_call *call, const PGresult *r)
{
	if (call->op->kind != CONTRACT_KIND_ROW)
		reply_object(call, r);
	else if (PQntuples(r) == 0)
		engine_refuse(call, PROBLEM_NOT_FOUND, NULL);
	else
		call->op->handler(call);
}

/* As the client sent it, but for what would end the <…> of a Link early and let the client write the rest. */
static void
reply_uri(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("<>\"\\^`{|}", *text) == NULL)
			buf_char(b, *text);
		else
			buf_format(b, "%%%02X", (unsigned char)*text);
	}
}

/* Link to the next page: this request's own path and query, with another cursor. */
static void
reply_link(struct engine_call *call, const char *cursor)
{
	const struct query	*q = &call->work->query;
	struct buf		 b;

	buf_init(&b, call->arena);
	buf_char(&b, '<');
	reply_uri(&b, call->path);
	buf_char(&b, '?');
	reply_uri(&b, q->others);
	buf_format(&b, "%slimit=%d&cursor=%s>; rel=\"next\"", q->others[0] == '\0' ? "" : "&", q->limit, cursor);
	engine_field(call, "Link", buf_end(&b));
}

void
reply_list(struct engine_call *call, const PGresult *r)
{
	const char	*items = NULL, *next = NULL;
	struct buf	 b;
	size_t		 length = 0;

	if (PQntuples(r) > 0) {
		items = reply_value(r, "items", &length);
		next = reply_value(r, "next_key", NULL);
	}
	buf_init(&b, call->arena);
	buf_reserve(&b, length + 256);
	buf_string(&b, "{\"items\":");
	if (items == NULL)
		buf_string(&b, "[]");
	else
		buf_add(&b, items, length);
	if (next == NULL) {
		buf_string(&b, ",\"next\":null}");
	} else {
		next = cursor_encode(call->arena, &call->work->query, next);
		reply_link(call, next);
		buf_string(&b, ",\"next\":\"");
		buf_string(&b, next);
		buf_string(&b, "\"}");
	}
	engine_answer(call, 200, TYPE_JSON, b.data, b.length);
}
