/*
 * The header block of one request, strictly by RFC 9112: what is not exactly right is refused, so that no two
 * parsers can part over where a message ends. Knows neither sockets nor Kore.
 */
#ifndef HTTP_FRAMING_H
#define HTTP_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAMING_BLOCK	16384		/* octets of a header block, its last CRLF CRLF included */
#define FRAMING_LINE	8192		/* octets of the request line */
#define FRAMING_FIELDS	100		/* header fields of a request */

enum framing_method {
	FRAMING_GET, FRAMING_HEAD, FRAMING_POST, FRAMING_PUT, FRAMING_PATCH, FRAMING_DELETE, FRAMING_OPTIONS,
	FRAMING_METHODS
};

/* The fields somebody reads; all others are checked and dropped. */
enum framing_field {
	FRAMING_HOST, FRAMING_CONTENT_LENGTH, FRAMING_TRANSFER_ENCODING, FRAMING_CONNECTION, FRAMING_EXPECT,
	FRAMING_AUTHORIZATION, FRAMING_CONTENT_TYPE, FRAMING_ACCEPT, FRAMING_ACCEPT_LANGUAGE, FRAMING_IF_MATCH,
	FRAMING_IF_NONE_MATCH, FRAMING_IDEMPOTENCY_KEY, FRAMING_METHOD_OVERRIDE, FRAMING_RANGE, FRAMING_IF_RANGE,
	FRAMING_CONTENT_DIGEST, FRAMING_CONTENT_ENCODING, FRAMING_ORIGIN, FRAMING_CORS_METHOD,
	FRAMING_CORS_HEADERS, FRAMING_TRACEPARENT,
	FRAMING_TUS_RESUMABLE, FRAMING_UPLOAD_LENGTH, FRAMING_UPLOAD_DEFER_LENGTH, FRAMING_UPLOAD_OFFSET,
	FRAMING_UPLOAD_METADATA, FRAMING_UPLOAD_CHECKSUM,
	FRAMING_KNOWN
};

enum framing_fault {
	FRAMING_GOOD,
	FRAMING_BAD_LINE, FRAMING_BAD_TARGET, FRAMING_BAD_OCTET, FRAMING_BAD_FIELD, FRAMING_FOLDED, FRAMING_BAD_HOST,
	FRAMING_REPEATED, FRAMING_BAD_LENGTH, FRAMING_BOTH_LENGTHS, FRAMING_BAD_CODING, FRAMING_UNKNOWN_CODING,
	FRAMING_UNWANTED_BODY, FRAMING_BAD_EXPECTATION, FRAMING_LONG_TARGET, FRAMING_LARGE_BLOCK, FRAMING_MANY_FIELDS,
	FRAMING_UNKNOWN_METHOD, FRAMING_UNKNOWN_VERSION, FRAMING_CUT, FRAMING_SLOW,
	FRAMING_FAULTS
};

struct framing_text {
	const char	*text;		/* into the block; not NUL-ended */
	size_t		 length;
};

struct framing {
	enum framing_method	 method;
	struct framing_text	 path;		/* "/…", or "*" for OPTIONS; its escapes are well-formed UTF-8 */
	struct framing_text	 query;		/* after '?'; text NULL: none */
	bool			 http10, close;
	bool			 chunked, has_length, expect;
	uint64_t		 length;	/* octets of the body, when not chunked */
	size_t			 nlines;
	struct {
		enum framing_field	field;
		struct framing_text	value;
	} lines[FRAMING_FIELDS];
};

extern const char *const framing_methods[FRAMING_METHODS];

/* Look for the end of the header block in in[0..n), of which in[0..seen) was looked at before. *length becomes
 * the block's octets, 0 while it is not whole. Refuses stray control octets at once. */
enum framing_fault framing_scan(const char *in, size_t n, size_t seen, size_t *length)
    __attribute__((warn_unused_result));

/* Take a whole block apart. `out` borrows from it; after a fault the lines before it are there. */
enum framing_fault framing_parse(const char *block, size_t n, struct framing *out) __attribute__((warn_unused_result));

/* The value of a field, lines of the same name joined by ", ", with a NUL: in out[0..size), which stays
 * empty when it does not fit. Returns its length, or -1 when the field is absent. */
long framing_value(const struct framing *, enum framing_field, char *out, size_t size);

#endif
