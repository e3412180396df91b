/*
 * The body of one request on its way in: plain or chunked octets go to a sink until the body is whole or over
 * its cap. Knows neither sockets nor Kore.
 */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/chunked.h"

enum body_result {
	BODY_MORE, BODY_DONE,
	BODY_TOO_LARGE,			/* known from the length, or seen while it came */
	BODY_NO_ROOM,			/* good, but this process holds too many already */
	BODY_MALFORMED			/* not the chunked coding */
};

struct body;

#define BODY_STRETCH	16384			/* octets of a sink's calls, at most, before paused is looked at */

#define BODY_FIRST	4096			/* octets of a body that are always taken; doubled from there, */
#define BODY_ROOM	(128UL * 1024 * 1024)	/* while all bodies of this process hold no more than this */

/* Where the octets go. Borrows the bytes; false: there is no room for them now. */
typedef bool body_sink(struct body *, const char *bytes, size_t length);

struct body {
	body_sink	*sink;
	bool		 chunked, done;
	bool		 paused;	/* set by the sink: it wants nothing more until guard_resume() */
	uint64_t	 left;		/* of a plain body */
	struct chunked	 decoder;
	uint64_t	 cap, length;	/* octets of the content */
	char		*data;		/* of body_memory, malloc()ed, a NUL after it; NULL while empty */
	size_t		 room;
};

/* Sinks: keep all in memory, growing as octets come and never on the word of a length; or drop all. */
body_sink	body_memory, body_discard;

/* Begin a body of at most `cap` octets. body_free() when done with it. */
void	body_start(struct body *, body_sink *, bool chunked, uint64_t length, uint64_t cap);

/* Hand over in[0..n); *used of them belonged to the body. */
enum body_result body_feed(struct body *, const char *in, size_t n, size_t *used) __attribute__((warn_unused_result));

/* Releases what the sink keeps. Accepts one that was all zero. */
void	body_free(struct body *);

/* Octets of memory that bodies of this process hold now. */
size_t	body_held(void);

#endif
