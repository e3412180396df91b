#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

void
buf_init(struct buf *b, struct arena *arena)
{
	b->arena = arena;
	b->data = NULL;
	b->length = b->size = 0;
}

void
buf_reserve(struct buf *b, size_t more)
{
	size_t	size = b->size < 128 ? 128 : b->size;

	if (b->size - b->length >= more)
		return;
	while (size - b->length < more)
		size *= 2;
	b->data = arena_grow(b->arena, b->data, b->length, size);
	b->size = size;
}

void
buf_add(struct buf *b, const void *bytes, size_t length)
{
	if (length == 0)
		return;
	buf_reserve(b, length);
	memcpy(b->data + b->length, bytes, length);
	b->length += length;
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_string(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_format(struct buf *b, const char *format, ...)
{
	char	line[256];
	va_list	ap;
	int	n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (n < 0)
		abort();
	if ((size_t)n < sizeof(line)) {
		buf_add(b, line, (size_t)n);
		return;
	}
	buf_reserve(b, (size_t)n + 1);
	va_start(ap, format);
	(void)vsnprintf(b->data + b->length, (size_t)n + 1, format, ap);
	va_end(ap);
	b->length += (size_t)n;
}

char *
buf_end(struct buf *b)
{
	buf_reserve(b, 1);
	b->data[b->length] = '\0';
	return (b->data);
}
