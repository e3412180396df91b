#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "http/filename.h"

/* One character of checked UTF-8. */
static unsigned
character(const char **text)
{
	const unsigned char	*p = (const unsigned char *)*text;
	unsigned		 c = *p, more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;

	c &= 0xffU >> (more == 0 ? 1 : more + 2);
	for (*text += 1 + more; more > 0; more--)
		c = c << 6 | (*++p & 0x3fU);
	return (c);
}

/* Controls, and those that turn the direction of what is shown, so that "gpj.exe" looks like "exe.jpg". */
static bool
forbidden(unsigned c)
{
	return (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069) || c == 0xfeff);
}

const char *
filename_clean(struct arena *arena, const char *sent, const char **why)
{
	const char	*name = sent, *p;
	size_t		 characters = 0;

	*why = "文件名不是合法的 UTF-8";
	if (!text_utf8(sent, strlen(sent)))
		return (NULL);
	for (p = sent; *p != '\0'; p++)
		if (*p == '/' || *p == '\\')
			name = p + 1;
	*why = "文件名里不能有控制字符、换行或改变书写方向的字符";
	for (p = name; *p != '\0'; characters++)
		if (forbidden(character(&p)))
			return (NULL);
	*why = "文件名应为 1 到 200 个字符";
	if (characters > FILENAME_MAX_CHARACTERS || name[strspn(name, ". ")] == '\0')
		return (NULL);
	*why = NULL;
	return (arena_string(arena, name));
}

const char *
filename_extension(struct arena *arena, const char *name)
{
	const char	*dot = strrchr(name, '.');
	size_t		 length = dot == NULL ? 0 : strlen(dot + 1), i;
	char		*lower;
	bool		 letter = false;

	if (length == 0 || length > 8)
		return ("");
	lower = arena_dup(arena, dot + 1, length);
	for (i = 0; i < length; i++) {
		if (lower[i] >= 'A' && lower[i] <= 'Z')
			lower[i] = (char)(lower[i] - 'A' + 'a');
		if (lower[i] >= 'a' && lower[i] <= 'z')
			letter = true;
		else if (lower[i] < '0' || lower[i] > '9')
			return ("");
	}
	return (letter ? lower : "");
}

const char *
filename_disposition(struct arena *arena, const char *how, const char *name)
{
	static const char	plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
	struct buf		b;
	const char		*p;
	unsigned		c;

	buf_init(&b, arena);
	buf_format(&b, "%s; filename=\"", how);
	for (p = name; *p != '\0';) {
		c = character(&p);
		/* % would be taken for an escape by some */
		buf_char(&b, c < 0x80 && c >= 0x20 && strchr("\"\\%/", (int)c) == NULL ? (char)c : '_');
	}
	buf_string(&b, "\"; filename*=UTF-8''");
	for (p = name; *p != '\0'; p++) {
		if (strchr(plain, *p) != NULL)
			buf_char(&b, *p);
		else
			buf_format(&b, "%%%02X", (unsigned char)*p);
	}
	return (buf_end(&b));
}
