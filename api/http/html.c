#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "http/html.h"

static const char *
html_entity(unsigned char c)
{
	switch (c) {
	case '&':
		return ("&amp;");
	case '<':
		return ("&lt;");
	case '>':
		return ("&gt;");
	case '"':
		return ("&quot;");
	case '\'':
		return ("&#39;");
	case '\t':
	case '\n':
	case '\r':
		return (NULL);
	default:
		return (c < 0x20 || c == 0x7f ? "" : NULL);
	}
}

void
html_text(struct buf *out, const char *text)
{
	const char	*from, *entity;

	for (from = text; *text != '\0'; text++) {
		if ((entity = html_entity((unsigned char)*text)) == NULL)
			continue;
		buf_add(out, from, (size_t)(text - from));
		buf_string(out, entity);
		from = text + 1;
	}
	buf_add(out, from, (size_t)(text - from));
}

void
html_put(struct buf *out, const char *format, ...)
{
	const char	*mark, *text;
	va_list		 values;

	va_start(values, format);
	for (; (mark = strchr(format, '%')) != NULL; format = mark + 2) {
		buf_add(out, format, (size_t)(mark - format));
		switch (mark[1]) {
		case 's':
			if ((text = va_arg(values, const char *)) != NULL)
				html_text(out, text);
			break;
		case 'd':
			buf_format(out, "%d", va_arg(values, int));
			break;
		case '%':
			buf_char(out, '%');
			break;
		default:
			abort();	/* no template has another */
		}
	}
	buf_string(out, format);
	va_end(values);
}
