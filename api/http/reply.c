#include <string.h>
#include <strings.h>
#include <time.h>

#include "http/reply.h"

static const struct {
	int		 status;
	const char	*reason;
} reasons[] = {
	{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" }, { 206, "Partial Content" },
	{ 303, "See Other" }, { 304, "Not Modified" }, { 308, "Permanent Redirect" },
	{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" },
	{ 405, "Method Not Allowed" }, { 406, "Not Acceptable" }, { 408, "Request Timeout" }, { 409, "Conflict" },
	{ 410, "Gone" }, { 411, "Length Required" }, { 412, "Precondition Failed" }, { 413, "Content Too Large" },
	{ 414, "URI Too Long" }, { 415, "Unsupported Media Type" }, { 416, "Range Not Satisfiable" },
	{ 417, "Expectation Failed" }, { 422, "Unprocessable Content" }, { 428, "Precondition Required" },
	{ 423, "Locked" }, { 429, "Too Many Requests" }, { 431, "Request Header Fields Too Large" }, { 460, "Checksum Mismatch" },
	{ 500, "Internal Server Error" }, { 501, "Not Implemented" }, { 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" }, { 505, "HTTP Version Not Supported" },
	{ 507, "Insufficient Storage" },
};

const char *
reply_reason(int status)
{
	size_t	i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return (reasons[i].reason);
	return ("Unknown");
}

void
reply_field(struct reply *r, const char *name, const char *value)
{
	if (r->nfields == REPLY_FIELDS)
		return;
	r->fields[r->nfields].name = name;
	r->fields[r->nfields++].value = value;
}

bool
reply_has(const struct reply *r, const char *name)
{
	size_t	i;

	for (i = 0; i < r->nfields; i++)
		if (strcasecmp(r->fields[i].name, name) == 0)
			return (true);
	return (false);
}

/* The date is written anew once a second. */
static const char *
http_date(void)
{
	static time_t	last;
	static char	text[32];
	time_t		now = time(NULL);
	struct tm	tm;

	if (now != last && gmtime_r(&now, &tm) != NULL) {
		(void)strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
		last = now;
	}
	return (text);
}

void
reply_head(struct buf *out, const struct reply *r)
{
	size_t	i;

	buf_format(out, "HTTP/1.1 %d %s\r\nServer: hz\r\nDate: %s\r\n", r->status, reply_reason(r->status),
	    http_date());
	for (i = 0; i < r->nfields; i++)
		buf_format(out, "%s: %s\r\n", r->fields[i].name, r->fields[i].value);
	if (!reply_has(r, "Cache-Control"))
		buf_string(out, "Cache-Control: no-store\r\n");
	buf_string(out, "X-Content-Type-Options: nosniff\r\n");
	if (r->chunked)
		buf_string(out, "Transfer-Encoding: chunked\r\n");
	else if (!r->stretches && r->status != 204 && r->status != 304)
		buf_format(out, "Content-Length: %zu\r\n", r->length);
	if (r->close)
		buf_string(out, "Connection: close\r\n");
	buf_string(out, "\r\n");
}
