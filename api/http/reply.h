/* The head of an answer: status line and fields. Knows neither sockets nor Kore. */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define REPLY_FIELDS	32

struct reply {
	int		 status;
	size_t		 nfields;
	struct {
		const char	*name, *value;	/* borrowed */
	} fields[REPLY_FIELDS];
	bool		 stretches, chunked;	/* length is not known beforehand; and each stretch is a chunk */
	size_t		 length;		/* octets of the body (of a HEAD's too) */
	bool		 close;
};

/* One field more; those past REPLY_FIELDS are dropped. reply_has() ignores case. */
void	reply_field(struct reply *, const char *name, const char *value);
bool	reply_has(const struct reply *, const char *name);

/* Write the head with Server, Date, nosniff, Cache-Control (no-store unless a field says otherwise),
 * Content-Length or Transfer-Encoding, Connection when it closes, and the empty line. */
void	reply_head(struct buf *, const struct reply *);

const char	*reply_reason(int status);

#endif
