#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "http/multipart.h"

#define SPACE	" \t"

static bool
fault(struct multipart *m, const char *what)
{
	m->fault = what;
	return (false);
}

/* The value of a parameter "; name=value" or "; name="value"" into out[0..size), NUL-ended; escapes of quoted text are undone.
 * 1: found, 0: absent, -1: too long or malformed. */
static int
parameter(const char *text, const char *name, char *out, size_t size)
{
	size_t	length = strlen(name), n;
	bool	wanted, quoted;

	for (text = strchr(text, ';'); text != NULL; text = strchr(text, ';')) {
		text += 1 + strspn(text + 1, SPACE);
		wanted = strncasecmp(text, name, length) == 0 && text[length] == '=';
		n = strcspn(text, "=;");
		if (text[n] != '=')
			return (-1);
		text += n + 1;
		if ((quoted = *text == '"'))
			text++;
		for (n = 0; *text != '\0' && (quoted ? *text != '"' : strchr("; \t", *text) == NULL); text++) {
			if (quoted && *text == '\\' && (text[1] == '"' || text[1] == '\\'))
				text++;
			if (wanted && n + 1 >= size)
				return (-1);
			if (wanted)
				out[n++] = *text;
		}
		if (quoted && *text++ != '"')
			return (-1);
		if (wanted) {
			out[n] = '\0';
			return (1);
		}
	}
	return (0);
}

bool
multipart_start(struct multipart *m, const char *content_type)
{
	size_t	n;

	memset(m, 0, sizeof(*m));
	memcpy(m->boundary, "\r\n--", 4);
	if (parameter(content_type, "boundary", m->boundary + 4, MULTIPART_BOUNDARY + 1) != 1)
		return (false);
	n = strlen(m->boundary + 4);
	m->length = n + 4;
	m->matched = 2;		/* the first one has no line before it */
	return (n > 0 && m->boundary[m->length - 1] != ' ' && strspn(m->boundary + 4,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'()+_,-./:=? ") == n);
}

/* filename*=UTF-8''… of RFC 8187; the form of RFC 7578 is the plain one, but some clients send this. */
static bool
extended_name(char *name)
{
	size_t	length = strlen(name);

	if (strncasecmp(name, "UTF-8''", 7) != 0)
		return (false);
	memmove(name, name + 7, length - 6);
	length -= 7;
	return (text_percent_decode(name, &length, false) && strlen(name) == length);
}

/* Browsers write three characters of a name as escapes, and no others. */
static void
browser_name(char *name)
{
	static const struct { const char *escape; char octet; } escapes[] = { { "%22", '"' }, { "%0D", '\r' }, { "%0A", '\n' } };
	char	*to = name;
	size_t	i;

	while (*name != '\0') {
		for (i = 0; i < 3 && strncasecmp(name, escapes[i].escape, 3) != 0; i++)
			;
		*to++ = i < 3 ? escapes[i].octet : *name;
		name += i < 3 ? 3 : 1;
	}
	*to = '\0';
}

static bool
disposition(struct multipart *m, const char *value)
{
	char		 name[MULTIPART_FILENAME], extended[MULTIPART_FILENAME];
	const char	*kept;
	int		 plain, better;

	if (strncasecmp(value, "form-data", 9) != 0 || strchr("; \t", value[9]) == NULL || m->name[0] != '\0')
		return (fault(m, "Content-Disposition 应为 form-data"));
	if (parameter(value, "name", m->name, sizeof(m->name)) != 1 || m->name[0] == '\0')
		return (fault(m, "字段没有名字，或名字过长"));
	plain = parameter(value, "filename", name, sizeof(name));
	better = parameter(value, "filename*", extended, sizeof(extended));
	if (plain == 0 && better == 0)
		return (true);
	if (m->has_file)
		return (fault(m, "一次只收一个文件"));
	if (strcmp(m->name, "file") != 0)
		return (fault(m, "文件的字段名应为 file"));
	if (plain < 0 || better < 0 || (better > 0 && !extended_name(extended)))
		return (fault(m, "文件名过长，或写得不合规"));
	if (better == 0)
		browser_name(name);
	kept = better > 0 ? extended : name;
	memcpy(m->filename, kept, strlen(kept) + 1);
	m->has_file = m->in_file = true;
	return (true);
}

/* One header field of a part, NUL-ended. Those that say nothing to us are passed over. */
static bool
header(struct multipart *m, char *line)
{
	char	*value = strchr(line, ':'), *end;

	if (value == NULL || value == line)
		return (fault(m, "字段头不合规"));
	*value++ = '\0';
	value += strspn(value, SPACE);
	for (end = value + strlen(value); end > value && strchr(SPACE, end[-1]) != NULL; end--)
		end[-1] = '\0';
	if (strcasecmp(line, "Content-Disposition") == 0)
		return (disposition(m, value));
	if (strcasecmp(line, "Content-Type") == 0) {
		if (strlen(value) >= sizeof(m->type))
			return (fault(m, "Content-Type 过长"));
		memcpy(m->type, value, strlen(value) + 1);
	} else if (strcasecmp(line, "Content-Transfer-Encoding") == 0 && strcasecmp(value, "binary") != 0 &&
	    strcasecmp(value, "8bit") != 0 && strcasecmp(value, "7bit") != 0) {
		return (fault(m, "不支持 Content-Transfer-Encoding"));
	}
	return (true);
}

/* The header fields of a part are whole: text holds them, each line ended by CR LF. */
static bool
headers(struct multipart *m)
{
	char	*line = m->text, *end, type[MULTIPART_TYPE];

	memcpy(type, m->type, sizeof(type));
	m->type[0] = m->name[0] = '\0';
	m->in_file = false;
	for (; (end = strstr(line, "\r\n")) != NULL && end != line; line = end + 2) {
		*end = '\0';
		if (!header(m, line))
			return (false);
	}
	if (m->name[0] == '\0')
		return (fault(m, "有一部分没有 Content-Disposition"));
	if (!m->in_file)
		memcpy(m->type, type, sizeof(type));	/* the file's is the one to remember */
	if (!m->in_file && ++m->fields > MULTIPART_FIELDS)
		return (fault(m, "字段过多"));
	m->ntext = 0;
	m->matched = 0;
	m->state = MULTIPART_CONTENT;
	return (true);
}

static bool
feed_header(struct multipart *m, char c)
{
	if (c == '\0' || m->ntext + 1 >= sizeof(m->text))
		return (fault(m, c == '\0' ? "字段头里有 NUL" : "字段头过长"));
	m->text[m->ntext++] = c;
	m->text[m->ntext] = '\0';
	if (m->ntext == 2 && memcmp(m->text, "\r\n", 2) == 0)
		return (fault(m, "有一部分没有 Content-Disposition"));
	if (m->ntext >= 4 && memcmp(m->text + m->ntext - 4, "\r\n\r\n", 4) == 0)
		return (headers(m));
	return (true);
}

static bool
content(struct multipart *m, const char *octets, size_t n)
{
	if (n == 0)
		return (true);
	if (m->in_file)
		return (m->octets(m->owner, octets, n));
	if (m->ntext + n >= MULTIPART_VALUE || memchr(octets, '\0', n) != NULL)
		return (fault(m, "字段的值过长，或含有 NUL"));
	memcpy(m->text + m->ntext, octets, n);
	m->ntext += n;
	return (true);
}

/* A boundary ends a part. */
static bool
ended(struct multipart *m)
{
	bool	first = m->state == MULTIPART_PREAMBLE;

	m->state = MULTIPART_AFTER;
	m->after = 0;
	m->matched = 0;
	if (first || m->in_file)
		return (true);
	m->text[m->ntext] = '\0';
	return (m->field(m->owner, m->name, m->text));
}

/* After a boundary: CR LF and another part, or -- and the end. */
static bool
feed_after(struct multipart *m, char c)
{
	if (m->after++ == 0) {
		m->mark = c;
		return (c == '\r' || c == '-' ? true : fault(m, "分界线之后不合规"));
	}
	if (c != (m->mark == '\r' ? '\n' : '-'))
		return (fault(m, "分界线之后不合规"));
	m->state = m->mark == '\r' ? MULTIPART_HEADER : MULTIPART_END;
	m->ntext = 0;
	m->after = 0;
	return (true);
}

/* Content up to the boundary; *used octets are taken. CR stands at its beginning and nowhere else in it, so that after a mismatch
 * nothing of what was matched can begin another. */
static bool
feed_content(struct multipart *m, const char *in, size_t n, size_t *used)
{
	const char	*cr;
	size_t		 some;

	if (m->matched == 0) {
		cr = memchr(in, '\r', n);
		*used = cr == NULL ? n : (size_t)(cr - in) + 1;
		m->matched = cr != NULL;
		return (content(m, in, cr == NULL ? n : *used - 1));
	}
	if (*in == m->boundary[m->matched]) {
		*used = 1;
		return (++m->matched < m->length || ended(m));
	}
	if (m->state == MULTIPART_PREAMBLE)
		return (fault(m, "正文应以分界线开头"));
	*used = 0;
	some = m->matched;
	m->matched = 0;
	return (content(m, m->boundary, some));
}

bool
multipart_feed(struct multipart *m, const char *in, size_t n)
{
	size_t	used;
	bool	good = true;

	for (; good && n > 0; in += used, n -= used) {
		used = 1;
		switch (m->state) {
		case MULTIPART_PREAMBLE:
		case MULTIPART_CONTENT:
			good = feed_content(m, in, n, &used);
			break;
		case MULTIPART_AFTER:
			good = feed_after(m, *in);
			break;
		case MULTIPART_HEADER:
			good = feed_header(m, *in);
			break;
		case MULTIPART_END:	/* at most one line's end */
			good = m->after < 2 && *in == "\r\n"[m->after++] ? true : fault(m, "最后的分界线之后还有内容");
			break;
		}
	}
	return (good);
}

bool
multipart_whole(const struct multipart *m)
{
	return (m->state == MULTIPART_END);
}
