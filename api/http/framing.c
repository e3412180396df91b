#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "http/framing.h"

const char *const framing_methods[FRAMING_METHODS] = {
	"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"
};

/* `once`: a second line of that name makes two readers see different requests. */
static const struct {
	const char	*name;
	bool		 once;
} known[FRAMING_KNOWN] = {
	[FRAMING_HOST] = { "host", true },
	[FRAMING_CONTENT_LENGTH] = { "content-length", true },
	[FRAMING_TRANSFER_ENCODING] = { "transfer-encoding", true },
	[FRAMING_CONNECTION] = { "connection", false },
	[FRAMING_EXPECT] = { "expect", true },
	[FRAMING_AUTHORIZATION] = { "authorization", true },
	[FRAMING_CONTENT_TYPE] = { "content-type", true },
	[FRAMING_ACCEPT] = { "accept", false },
	[FRAMING_ACCEPT_LANGUAGE] = { "accept-language", false },
	[FRAMING_IF_MATCH] = { "if-match", false },
	[FRAMING_IF_NONE_MATCH] = { "if-none-match", false },
	[FRAMING_IDEMPOTENCY_KEY] = { "idempotency-key", true },
	[FRAMING_METHOD_OVERRIDE] = { "x-http-method-override", true },
	[FRAMING_RANGE] = { "range", true },
	[FRAMING_IF_RANGE] = { "if-range", true },
	[FRAMING_CONTENT_DIGEST] = { "content-digest", false },
	[FRAMING_CONTENT_ENCODING] = { "content-encoding", false },
	[FRAMING_ORIGIN] = { "origin", true },
	[FRAMING_CORS_METHOD] = { "access-control-request-method", true },
	[FRAMING_CORS_HEADERS] = { "access-control-request-headers", false },
	[FRAMING_TRACEPARENT] = { "traceparent", false },
	[FRAMING_TUS_RESUMABLE] = { "tus-resumable", true }, [FRAMING_UPLOAD_LENGTH] = { "upload-length", true },
	[FRAMING_UPLOAD_DEFER_LENGTH] = { "upload-defer-length", true }, [FRAMING_UPLOAD_OFFSET] = { "upload-offset", true },
	[FRAMING_UPLOAD_METADATA] = { "upload-metadata", true }, [FRAMING_UPLOAD_CHECKSUM] = { "upload-checksum", true },
};

static bool
is_token(char c)
{
	return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL));
}

static bool
text_is(struct framing_text t, const char *name)
{
	return (t.length == strlen(name) && strncasecmp(t.text, name, t.length) == 0);
}

enum framing_fault
framing_scan(const char *in, size_t n, size_t seen, size_t *length)
{
	bool	first = true;	/* still in the request line */
	size_t	i;

	*length = 0;
	if (seen > 0)
		first = memchr(in, '\n', seen) == NULL;
	for (i = seen; i < n; i++) {
		unsigned char	c = (unsigned char)in[i];

		if (c == '\n') {
			if (i == 0 || in[i - 1] != '\r')
				return (FRAMING_BAD_OCTET);
			first = false;
			if (i >= 3 && in[i - 2] == '\n') {
				*length = i + 1;
				return (FRAMING_GOOD);
			}
		} else if ((i > 0 && in[i - 1] == '\r') || (c < 0x20 && c != '\r' && (c != '\t' || first)) || c == 0x7f) {
			return (FRAMING_BAD_OCTET);
		}
		if (first && i >= FRAMING_LINE)
			return (FRAMING_LONG_TARGET);
		if (i + 1 >= FRAMING_BLOCK)
			return (FRAMING_LARGE_BLOCK);
	}
	return (FRAMING_GOOD);
}

/* Escapes must be whole and stand for UTF-8 without control characters: a path is text. */
static bool
path_good(struct framing_text path)
{
	char	decoded[FRAMING_LINE];
	size_t	n = path.length, i;

	if (n >= sizeof(decoded))
		return (false);
	memcpy(decoded, path.text, n);
	decoded[n] = '\0';
	if (!text_percent_decode(decoded, &n, false) || !text_utf8(decoded, n))
		return (false);
	for (i = 0; i < n; i++)
		if ((unsigned char)decoded[i] < 0x20 || decoded[i] == 0x7f)
			return (false);
	return (true);
}

static enum framing_fault
parse_target(struct framing_text t, struct framing *out)
{
	const char	*mark;
	size_t		 i;

	for (i = 0; i < t.length; i++)
		if (t.text[i] <= 0x20 || t.text[i] >= 0x7f || t.text[i] == '#')
			return (FRAMING_BAD_TARGET);
	if (t.length == 1 && t.text[0] == '*' && out->method == FRAMING_OPTIONS) {
		out->path = t;
		return (FRAMING_GOOD);
	}
	/* absolute-form, as proxies send it: the authority is not ours to judge */
	for (i = 7; i <= 8; i++) {
		if (t.length <= i || strncasecmp(t.text, i == 7 ? "http://" : "https://", i) != 0)
			continue;
		t.text += i;
		t.length -= i;
		mark = memchr(t.text, '/', t.length);
		if (mark == NULL)
			return (FRAMING_BAD_TARGET);
		t.length -= (size_t)(mark - t.text);
		t.text = mark;
		break;
	}
	if (t.length == 0 || t.text[0] != '/')
		return (FRAMING_BAD_TARGET);
	out->path = t;
	if ((mark = memchr(t.text, '?', t.length)) != NULL) {
		out->path.length = (size_t)(mark - t.text);
		out->query.text = mark + 1;
		out->query.length = t.length - out->path.length - 1;
	}
	return (path_good(out->path) ? FRAMING_GOOD : FRAMING_BAD_TARGET);
}

/* method SP target SP HTTP/1.x, nothing else between. */
static enum framing_fault
parse_line(const char *line, size_t n, struct framing *out)
{
	const char		*target, *version;
	struct framing_text	 method;
	size_t			 i;

	target = memchr(line, ' ', n);
	if (target == NULL || target == line)
		return (FRAMING_BAD_LINE);
	method = (struct framing_text){ line, (size_t)(target - line) };
	for (i = 0; i < method.length; i++)
		if (!is_token(line[i]))
			return (FRAMING_BAD_LINE);
	target++;
	version = memchr(target, ' ', n - method.length - 1);
	if (version == NULL || version == target)
		return (FRAMING_BAD_LINE);
	version++;
	if ((size_t)(line + n - version) != 8 || memcmp(version, "HTTP/", 5) != 0 || version[6] != '.' ||
	    version[5] < '0' || version[5] > '9' || version[7] < '0' || version[7] > '9')
		return (FRAMING_BAD_LINE);
	if (version[5] != '1' || version[7] > '1')
		return (FRAMING_UNKNOWN_VERSION);
	out->http10 = version[7] == '0';
	for (i = 0; i < FRAMING_METHODS; i++)
		if (strlen(framing_methods[i]) == method.length && memcmp(framing_methods[i], line, method.length) == 0)
			break;
	if (i == FRAMING_METHODS)
		return (FRAMING_UNKNOWN_METHOD);
	out->method = (enum framing_method)i;
	return (parse_target((struct framing_text){ target, (size_t)(version - 1 - target) }, out));
}

/* Host: a name or [literal], perhaps a port; no path, no user, no blanks. */
static bool
host_good(struct framing_text v)
{
	const char	*colon;
	size_t		 i;

	if (v.length == 0 || v.length > 255)
		return (false);
	for (i = 0; i < v.length; i++)
		if (v.text[i] <= ' ' || v.text[i] >= 0x7f || strchr("/\\@?#<>\"{}|^`,", v.text[i]) != NULL)
			return (false);
	colon = v.text[0] == '[' ? memchr(v.text, ']', v.length) : memchr(v.text, ':', v.length);
	if (v.text[0] == '[') {
		if (colon == NULL)
			return (false);
		colon++;
		if (colon == v.text + v.length)
			return (true);
		if (*colon != ':')
			return (false);
	}
	if (colon == v.text)
		return (false);
	for (i = colon == NULL ? v.length : (size_t)(colon - v.text) + 1; i < v.length; i++)
		if (v.text[i] < '0' || v.text[i] > '9')
			return (false);
	return (true);
}

/* Digits alone: no sign, no list, no blank inside. More than 18 digits is more than anybody takes. */
static enum framing_fault
parse_length(struct framing_text v, struct framing *out)
{
	size_t	i;

	if (v.length == 0)
		return (FRAMING_BAD_LENGTH);
	for (i = 0; i < v.length; i++) {
		if (v.text[i] < '0' || v.text[i] > '9')
			return (FRAMING_BAD_LENGTH);
		if (out->length > UINT64_MAX / 100)
			continue;
		out->length = out->length * 10 + (uint64_t)(v.text[i] - '0');
	}
	out->has_length = true;
	return (FRAMING_GOOD);
}

/* Calls for the next element of a comma-separated list; false at its end. */
static bool
next_element(struct framing_text *list, struct framing_text *element)
{
	const char	*comma;

	if (list->length == 0)
		return (false);
	comma = memchr(list->text, ',', list->length);
	element->text = list->text;
	element->length = comma == NULL ? list->length : (size_t)(comma - list->text);
	list->text += element->length + (comma != NULL);
	list->length -= element->length + (comma != NULL);
	while (element->length > 0 && (element->text[0] == ' ' || element->text[0] == '\t')) {
		element->text++;
		element->length--;
	}
	while (element->length > 0 && strchr(" \t", element->text[element->length - 1]) != NULL)
		element->length--;
	return (true);
}

static enum framing_fault
parse_coding(struct framing_text v, struct framing *out)
{
	struct framing_text	element;
	bool			chunked = false, other = false;

	while (next_element(&v, &element)) {
		if (chunked)
			return (FRAMING_BAD_CODING);	/* chunked must come last, and once */
		if (text_is(element, "chunked"))
			chunked = true;
		else
			other = true;
	}
	if (other)
		return (FRAMING_UNKNOWN_CODING);
	if (!chunked || out->http10)
		return (FRAMING_BAD_CODING);
	out->chunked = true;
	return (FRAMING_GOOD);
}

static enum framing_fault
take_value(enum framing_field field, struct framing_text value, struct framing *out)
{
	struct framing_text	element;

	switch (field) {
	case FRAMING_HOST:
		return (host_good(value) ? FRAMING_GOOD : FRAMING_BAD_HOST);
	case FRAMING_CONTENT_LENGTH:
		return (parse_length(value, out));
	case FRAMING_TRANSFER_ENCODING:
		return (parse_coding(value, out));
	case FRAMING_EXPECT:
		if (!text_is(value, "100-continue"))
			return (FRAMING_BAD_EXPECTATION);
		out->expect = !out->http10;
		return (FRAMING_GOOD);
	case FRAMING_CONNECTION:
		while (next_element(&value, &element))
			if (text_is(element, "close"))
				out->close = true;
		return (FRAMING_GOOD);
	default:
		return (FRAMING_GOOD);
	}
}

static enum framing_fault
parse_field(const char *line, size_t n, struct framing *out)
{
	struct framing_text	name, value;
	const char		*colon;
	size_t			i, field;

	if (line[0] == ' ' || line[0] == '\t')
		return (FRAMING_FOLDED);
	colon = memchr(line, ':', n);
	if (colon == NULL || colon == line)
		return (FRAMING_BAD_FIELD);
	name = (struct framing_text){ line, (size_t)(colon - line) };
	for (i = 0; i < name.length; i++)
		if (!is_token(line[i]))
			return (FRAMING_BAD_FIELD);
	for (field = 0; field < FRAMING_KNOWN; field++)
		if (text_is(name, known[field].name))
			break;
	if (field == FRAMING_KNOWN)
		return (FRAMING_GOOD);
	value = (struct framing_text){ colon + 1, n - name.length - 1 };
	while (value.length > 0 && (value.text[0] == ' ' || value.text[0] == '\t')) {
		value.text++;
		value.length--;
	}
	while (value.length > 0 && strchr(" \t", value.text[value.length - 1]) != NULL)
		value.length--;
	for (i = 0; i < value.length; i++)
		if ((unsigned char)value.text[i] > 0x7e)
			return (FRAMING_BAD_FIELD);
	for (i = 0; known[field].once && i < out->nlines; i++)
		if (out->lines[i].field == (enum framing_field)field)
			return (FRAMING_REPEATED);
	out->lines[out->nlines].field = (enum framing_field)field;
	out->lines[out->nlines++].value = value;
	return (take_value((enum framing_field)field, value, out));
}

/* What only all the fields together can tell. */
static enum framing_fault
check_whole(const struct framing *f)
{
	bool	body = f->chunked || f->length > 0;

	if (!f->http10 && framing_value(f, FRAMING_HOST, NULL, 0) < 0)
		return (FRAMING_BAD_HOST);
	if (f->chunked && f->has_length)
		return (FRAMING_BOTH_LENGTHS);
	if (body && f->method != FRAMING_POST && f->method != FRAMING_PUT && f->method != FRAMING_PATCH)
		return (FRAMING_UNWANTED_BODY);
	return (FRAMING_GOOD);
}

enum framing_fault
framing_parse(const char *block, size_t n, struct framing *out)
{
	const char		*line, *end, *stop = block + n - 2;
	enum framing_fault	 fault, first = FRAMING_GOOD;
	size_t			 fields = 0;

	memset(out, 0, sizeof(*out));
	end = memmem(block, n, "\r\n", 2);
	if (end == NULL)
		return (FRAMING_BAD_LINE);
	fault = parse_line(block, (size_t)(end - block), out);
	/* The other lines are read all the same: the answer's language stands in them. */
	for (line = end + 2; line < stop; line = end + 2) {
		end = memmem(line, (size_t)(stop + 2 - line), "\r\n", 2);
		if (end == NULL || end == line)
			return (FRAMING_BAD_FIELD);
		if (++fields > FRAMING_FIELDS)
			return (fault != FRAMING_GOOD ? fault : FRAMING_MANY_FIELDS);
		if (first == FRAMING_GOOD)
			first = parse_field(line, (size_t)(end - line), out);
	}
	if (fault == FRAMING_GOOD)
		fault = first;
	return (fault != FRAMING_GOOD ? fault : check_whole(out));
}

long
framing_value(const struct framing *f, enum framing_field field, char *out, size_t size)
{
	const struct framing_text	*value;
	size_t				 i, length = 0, comma;
	bool				 found = false;

	for (i = 0; i < f->nlines; i++) {
		if (f->lines[i].field != field)
			continue;
		value = &f->lines[i].value;
		comma = found ? 2 : 0;
		if (length + comma + value->length < size) {
			memcpy(out + length, ", ", comma);
			memcpy(out + length + comma, value->text, value->length);
		}
		length += comma + value->length;
		found = true;
	}
	if (size > 0)
		out[length < size ? length : 0] = '\0';
	return (found ? (long)length : -1);
}
