#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/negotiate.h"

#define SPACE	" \t"

struct range {
	const char	*type;		/* not ended: see length */
	size_t		 length;
	double		 quality;
};

/* Take one element off a comma-separated Accept header; false at its end. */
static bool
range_next(const char **header, struct range *r)
{
	const char	*p = *header, *end, *q;

	p += strspn(p, SPACE ",");
	if (*p == '\0')
		return (false);
	end = p + strcspn(p, ",");
	r->type = p;
	r->length = strcspn(p, SPACE ";,");
	r->quality = 1;
	for (q = p; (q = memchr(q, ';', (size_t)(end - q))) != NULL;) {
		q += 1 + strspn(q + 1, SPACE);
		if (strncasecmp(q, "q=", 2) == 0)
			r->quality = strtod(q + 2, NULL);
	}
	*header = end;
	return (true);
}

static bool
range_is(const struct range *r, const char *type)
{
	return (r->length == strlen(type) && strncasecmp(r->type, type, r->length) == 0);
}

/* How well a header speaks of a type: the quality of its most specific range. */
static double
accept_quality(const char *header, const char *type, const char *family)
{
	struct range	r;
	double		quality = 0;
	int		found = 0, rank;

	while (range_next(&header, &r)) {
		rank = range_is(&r, type) ? 3 : range_is(&r, family) ? 2 : range_is(&r, "*/*") ? 1 : 0;
		if (rank > 0 && (rank > found || (rank == found && r.quality > quality))) {
			found = rank;
			quality = r.quality;
		}
	}
	return (quality);
}

double
negotiate_quality(const char *accept, const char *type, const char *family)
{
	if (accept == NULL || accept[strspn(accept, SPACE)] == '\0')
		return (1);
	return (accept_quality(accept, type, family));
}

enum negotiate_form
negotiate_accept(const char *accept, bool list)
{
	double	json, problem, csv;

	if (accept == NULL || accept[strspn(accept, SPACE)] == '\0')
		return (NEGOTIATE_JSON);
	json = accept_quality(accept, "application/json", "application/*");
	problem = accept_quality(accept, "application/problem+json", "application/*");
	csv = list ? accept_quality(accept, "text/csv", "text/*") : 0;
	if (csv > json)
		return (NEGOTIATE_CSV);
	return (json > 0 || problem > 0 ? NEGOTIATE_JSON : NEGOTIATE_NONE);
}

bool
negotiate_type(const char *content_type, const char *wanted)
{
	struct range	r;
	const char	*charset;

	if (content_type == NULL || !range_next(&content_type, &r) || !range_is(&r, wanted))
		return (false);
	if ((charset = strcasestr(r.type, "charset=")) == NULL)
		return (true);
	charset += strlen("charset=");
	if (*charset == '"')
		charset++;
	return (strncasecmp(charset, "utf-8", 5) == 0 && strchr("\"; \t", charset[5]) != NULL);
}

int64_t
negotiate_version(const char *if_match, bool *any)
{
	const char	*p = if_match + strspn(if_match, SPACE);
	char		*end;
	long long	 version;

	*any = p[0] == '*' && p[1 + strspn(p + 1, SPACE)] == '\0';
	if (*any || p[0] != '"' || p[1] < '0' || p[1] > '9' || strspn(p + 1, "0123456789") > 18)
		return (-1);
	version = strtoll(p + 1, &end, 10);
	if (*end == '.' && strspn(end + 1, "0123456789") == 8)
		end += 9;
	if (*end != '"' || end[1 + strspn(end + 1, SPACE)] != '\0')
		return (-1);
	return (version);
}

bool
negotiate_unchanged(const char *header, const char *etag)
{
	size_t	length = strlen(etag);

	for (;;) {
		header += strspn(header, SPACE ",");
		if (*header == '\0')
			return (false);
		if (*header == '*')
			return (true);
		if (strncmp(header, "W/", 2) == 0)
			header += 2;
		if (strncmp(header, etag, length) == 0 && strchr(SPACE ",", header[length]) != NULL)
			return (true);
		header += strcspn(header, ",");
	}
}
