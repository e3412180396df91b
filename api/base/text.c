#include <string.h>

#include "base/text.h"

static const char	base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t
text_base64_size(size_t octets)
{
	return (octets / 3 * 4 + (octets % 3 != 0 ? octets % 3 + 1 : 0));
}

void
text_base64_encode(char *to, const void *from, size_t octets)
{
	const uint8_t	*p = from;
	uint32_t	 v;

	for (; octets >= 3; octets -= 3, p += 3) {
		v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		*to++ = base64_digits[v >> 18];
		*to++ = base64_digits[v >> 12 & 63];
		*to++ = base64_digits[v >> 6 & 63];
		*to++ = base64_digits[v & 63];
	}
	if (octets > 0) {
		v = (uint32_t)p[0] << 16 | (octets == 2 ? (uint32_t)p[1] << 8 : 0);
		*to++ = base64_digits[v >> 18];
		*to++ = base64_digits[v >> 12 & 63];
		if (octets == 2)
			*to++ = base64_digits[v >> 6 & 63];
	}
	*to = '\0';
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (c - 'A');
	if (c >= 'a' && c <= 'z')
		return (c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (c - '0' + 52);
	if (c == '-')
		return (62);
	return (c == '_' ? 63 : -1);
}

bool
text_base64_decode(uint8_t *to, size_t *octets, const char *from, size_t length)
{
	uint32_t	bits = 0;
	unsigned	have = 0;
	size_t		i, n = 0;
	int		v;

	if (length % 4 == 1)
		return (false);
	for (i = 0; i < length; i++) {
		if ((v = base64_value(from[i])) < 0)
			return (false);
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			to[n++] = (uint8_t)(bits >> have & 0xff);
		}
	}
	*octets = n;
	return ((bits & ((1u << have) - 1)) == 0);
}

void
text_hex(char *to, const void *from, size_t octets)
{
	static const char	 digits[] = "0123456789abcdef";
	const uint8_t		*p = from;

	for (; octets > 0; octets--, p++) {
		*to++ = digits[*p >> 4];
		*to++ = digits[*p & 15];
	}
	*to = '\0';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	if (c >= 'a' && c <= 'f')
		return (c - 'a' + 10);
	return (c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1);
}

bool
text_percent_decode(char *text, size_t *length, bool plus)
{
	const char	*from = text, *end = text + *length;
	char		*to = text;
	int		 high, low;

	for (; from < end; from++) {
		if (*from == '%') {
			if (end - from < 3 || (high = hex_value(from[1])) < 0 || (low = hex_value(from[2])) < 0)
				return (false);
			*to++ = (char)(high << 4 | low);
			from += 2;
		} else {
			*to++ = (char)(plus && *from == '+' ? ' ' : *from);
		}
	}
	*to = '\0';
	*length = (size_t)(to - text);
	return (true);
}

/* Octets that follow the first one, with the smallest value the form may carry; -1: not a first one. */
static int
utf8_follow(uint8_t c, uint32_t *value, uint32_t *least)
{
	if (c < 0x80) {
		*value = c;
		*least = 1;		/* NUL is refused */
		return (0);
	}
	if (c >= 0xc2 && c <= 0xdf) {
		*value = c & 0x1fu;
		*least = 0x80;
		return (1);
	}
	if (c >= 0xe0 && c <= 0xef) {
		*value = c & 0x0fu;
		*least = 0x800;
		return (2);
	}
	if (c >= 0xf0 && c <= 0xf4) {
		*value = c & 0x07u;
		*least = 0x10000;
		return (3);
	}
	return (-1);
}

bool
text_utf8(const char *text, size_t length)
{
	const uint8_t	*p = (const uint8_t *)text, *end = p + length;
	uint32_t	 value, least;
	int		 follow;

	while (p < end) {
		follow = utf8_follow(*p++, &value, &least);
		if (follow < 0 || end - p < follow)
			return (false);
		for (; follow > 0; follow--, p++) {
			if ((*p & 0xc0) != 0x80)
				return (false);
			value = value << 6 | (*p & 0x3fu);
		}
		if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
			return (false);
	}
	return (true);
}

bool
text_uuid(const char *s)
{
	size_t	i;

	for (i = 0; i < 36; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s[i] != '-')
				return (false);
		} else if (hex_value(s[i]) < 0) {
			return (false);
		}
	}
	return (s[36] == '\0');
}
