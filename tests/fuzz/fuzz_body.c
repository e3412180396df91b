/*
 * Any octets as a body, chunked or of a given length: however they are cut, the result, the content and the end are the
 * same; the cap holds and nothing stays behind. First octet: what kind; second: the seed of the cuts; third: the length.
 * sources: api/http/body.c api/http/chunked.c
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/body.h"

#define CAP	2000

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct kind {
	bool		chunked;
	uint64_t	length;
};

/* seed 0: in one piece. Each piece is a block of its own, so that reading past it shows. */
static enum body_result
feed(struct body *b, const struct kind *kind, const char *in, size_t size, unsigned seed, size_t *end)
{
	enum body_result	 result = BODY_MORE;
	size_t			 some, used;
	char			*piece;

	body_start(b, body_memory, kind->chunked, kind->length, CAP);
	for (*end = 0; *end < size && result == BODY_MORE; *end += used) {
		seed = seed * 1103515245u;
		some = seed == 0 ? size : 1 + (seed >> 16) % 7;
		if (some > size - *end)
			some = size - *end;
		piece = malloc(some);
		memcpy(piece, in + *end, some);
		result = body_feed(b, piece, some, &used);
		free(piece);
		if (used > some || (result == BODY_MORE && used != some) || b->length > CAP)
			abort();
	}
	return (result);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char		*in = (const char *)data + 3;
	struct body		 whole, pieces;
	struct kind		 kind;
	enum body_result	 result;
	size_t			 end, other;

	if (size < 4)
		return (0);
	kind = (struct kind){ (data[0] & 1) != 0, (uint64_t)data[2] << (data[0] >> 2) };
	result = feed(&whole, &kind, in, size - 3, 0, &end);
	if (feed(&pieces, &kind, in, size - 3, data[1] | 1u, &other) != result)
		abort();
	if (result == BODY_NO_ROOM || (!kind.chunked && result == BODY_MALFORMED))
		abort();
	if (result == BODY_DONE && (end != other || whole.length != pieces.length ||
	    (whole.length > 0 && memcmp(whole.data, pieces.data, whole.length) != 0)))
		abort();
	if (result == BODY_DONE && !kind.chunked && (whole.length != kind.length || end != kind.length ||
	    memcmp(whole.data, in, end) != 0))
		abort();
	body_free(&whole);
	body_free(&pieces);
	if (body_held() != 0)
		abort();
	return (0);
}
