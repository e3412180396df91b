/*
 * Any octets as a chunked body: in whatever pieces they come, the content and the end are the same, and the cap holds.
 * sources: api/http/body.c api/http/chunked.c
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/body.h"

#define CAP	2000

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static enum body_result
feed(struct body *b, const char *in, size_t size, size_t piece, size_t *end)
{
	enum body_result	result = BODY_MORE;
	size_t			some, used;

	body_start(b, body_memory, true, 0, CAP);
	for (*end = 0; *end < size && result == BODY_MORE; *end += used) {
		some = size - *end < piece ? size - *end : piece;
		result = body_feed(b, in + *end, some, &used);
		if (used > some || (result == BODY_MORE && used != some) || b->length > CAP)
			abort();
	}
	return (result);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct body	whole, pieces;
	size_t		end, other, piece;
	enum body_result	result;

	if (size < 1)
		return (0);
	piece = (size_t)data[0] % 16 + 1;
	result = feed(&whole, (const char *)data + 1, size - 1, size, &end);
	if (feed(&pieces, (const char *)data + 1, size - 1, piece, &other) != result)
		abort();
	if (result == BODY_DONE && (end != other || whole.length != pieces.length ||
	    (whole.length > 0 && memcmp(whole.data, pieces.data, whole.length) != 0)))
		abort();
	body_free(&whole);
	body_free(&pieces);
	return (0);
}
