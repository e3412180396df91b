/*
 * Any octets as a cursor, and as the plain text of one that is bound to its list.
 * sources: api/engine/cursor.c api/base/arena.c api/base/memory.c api/base/buf.c api/base/text.c api/crypto/crypto.c
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "engine/cursor.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
try(struct arena *arena, const char *cursor)
{
	struct query	q = { .digest = "0123456789abcdef" };
	size_t		i;

	if (!cursor_decode(arena, cursor, &q))
		return;
	if (q.nafter < 1 || q.nafter > QUERY_AFTER)
		abort();
	for (i = 0; i < q.nafter; i++)
		if (q.after[i] != NULL && !text_utf8(q.after[i], strlen(q.after[i])))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena	*arena = arena_create();
	struct buf	 plain;
	char		*cursor;

	try(arena, arena_dup(arena, data, size));
	buf_init(&plain, arena);
	buf_string(&plain, "[\"0123456789abcdef\",");
	buf_add(&plain, data, size);
	cursor = arena_alloc(arena, text_base64_size(plain.length) + 1);
	text_base64_encode(cursor, plain.data, plain.length);
	try(arena, cursor);
	arena_destroy(arena);
	return (0);
}
