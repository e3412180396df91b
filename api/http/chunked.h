/* The chunked transfer coding of RFC 9112, section 7.1, a few octets at a time. */
#ifndef HTTP_CHUNKED_H
#define HTTP_CHUNKED_H

#include <stddef.h>
#include <stdint.h>

#define CHUNKED_LINE	512		/* octets of one chunk's size line */
#define CHUNKED_EXTRA	16384		/* octets of all extensions, and of all trailers, of one body */

enum chunked_state {
	CHUNKED_SIZE, CHUNKED_BLANK, CHUNKED_EXTENSION, CHUNKED_SIZE_LF, CHUNKED_OCTETS, CHUNKED_CR, CHUNKED_LF,
	CHUNKED_TRAILER, CHUNKED_TRAILER_LINE, CHUNKED_TRAILER_LF, CHUNKED_LAST_LF, CHUNKED_END
};

enum chunked_result {
	CHUNKED_MORE,		/* all was taken, the body goes on */
	CHUNKED_DATA,		/* a stretch of the body was found */
	CHUNKED_DONE,		/* the body is whole */
	CHUNKED_FAULT
};

/* All zero is a good start. */
struct chunked {
	enum chunked_state	state;
	uint64_t		left;		/* octets of this chunk still to come */
	unsigned		digits, line;	/* of the size line so far */
	size_t			extra;
};

/* Read on in in[0..n). *used: octets taken, the stretch data[0..length) among them (borrowed from `in`).
 * Call again while it returns CHUNKED_DATA. Extensions and trailers are checked for size and dropped. */
enum chunked_result chunked_feed(struct chunked *, const char *in, size_t n, size_t *used, const char **data,
    size_t *length) __attribute__((warn_unused_result));

#endif
