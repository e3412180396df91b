#include <stdlib.h>
#include <string.h>

#include "http/body.h"

static size_t	held;

bool
body_memory(struct body *b, const char *bytes, size_t n)
{
	size_t	 room = b->room == 0 ? BODY_FIRST : b->room;
	char	*grown;

	while (room < b->length + n + 1)
		room *= 2;
	if (room != b->room) {
		/* small ones pass, so that those who send large ones slowly cannot keep the others out */
		if ((room > BODY_FIRST && held - b->room + room > BODY_ROOM) || (grown = realloc(b->data, room)) == NULL)
			return (false);
		held += room - b->room;
		b->data = grown;
		b->room = room;
	}
	memcpy(b->data + b->length, bytes, n);
	b->data[b->length + n] = '\0';
	return (true);
}

bool
body_discard(struct body *b, const char *bytes, size_t n)
{
	(void)b;
	(void)bytes;
	(void)n;
	return (true);
}

void
body_start(struct body *b, body_sink *sink, bool chunked, uint64_t length, uint64_t cap)
{
	memset(b, 0, sizeof(*b));
	b->sink = sink;
	b->chunked = chunked;
	b->left = chunked ? 0 : length;
	b->cap = cap;
	b->done = !chunked && length == 0;
}

static enum body_result
take(struct body *b, const char *bytes, size_t n)
{
	if (b->length + n > b->cap)
		return (BODY_TOO_LARGE);
	if (!b->sink(b, bytes, n))
		return (BODY_NO_ROOM);
	b->length += n;
	return (BODY_MORE);
}

static enum body_result
feed_chunked(struct body *b, const char *in, size_t n, size_t *used)
{
	enum chunked_result	 found;
	enum body_result	 taken;
	const char		*data;
	size_t			 some, length;

	do {
		found = chunked_feed(&b->decoder, in + *used, n - *used, &some, &data, &length);
		*used += some;
		if (found == CHUNKED_FAULT)
			return (BODY_MALFORMED);
		/* what the chunk promises counts already: no need to wait for it */
		if (b->length + length + b->decoder.left > b->cap && b->decoder.state == CHUNKED_OCTETS)
			return (BODY_TOO_LARGE);
		if (found == CHUNKED_DATA && (taken = take(b, data, length)) != BODY_MORE)
			return (taken);
	} while (found == CHUNKED_DATA);
	b->done = found == CHUNKED_DONE;
	return (b->done ? BODY_DONE : BODY_MORE);
}

enum body_result
body_feed(struct body *b, const char *in, size_t n, size_t *used)
{
	enum body_result	taken;

	*used = 0;
	if (b->done)
		return (BODY_DONE);
	if (b->chunked)
		return (feed_chunked(b, in, n, used));
	if (b->left > b->cap - b->length)
		return (BODY_TOO_LARGE);
	*used = n < b->left ? n : (size_t)b->left;
	if (*used > 0 && (taken = take(b, in, *used)) != BODY_MORE)
		return (taken);
	b->left -= *used;
	b->done = b->left == 0;
	return (b->done ? BODY_DONE : BODY_MORE);
}

void
body_free(struct body *b)
{
	free(b->data);
	b->data = NULL;
	held -= b->room;
	b->room = 0;
}

size_t
body_held(void)
{
	return (held);
}
