/*
 * One client connection. Stands in front of Kore: reads the header block strictly, hands Kore a blank request to
 * run (Kore's own parser never sees a client's octets), feeds the body to a sink, holds pipelined requests back
 * until the answer before them has left, watches the clock, and closes without losing the last answer.
 */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include <kore/kore.h>

#include "http/body.h"
#include "http/framing.h"

enum guard_news {
	GUARD_WAIT,			/* nothing yet, news will follow */
	GUARD_BODY_DONE, GUARD_BODY_TOO_LARGE, GUARD_BODY_NO_ROOM, GUARD_BODY_MALFORMED,
	GUARD_BODY_CUT,			/* the client ended its side within the body */
	GUARD_BODY_SLOW,
	GUARD_SENT,			/* all that was queued has left */
	GUARD_GONE			/* the connection is no more; the guard must not be touched again */
};

struct guard;

/* Kore's connect callbacks, for the main listener and the one of HZ_METRICS_PORT. */
void	guard_connect(struct connection *);
void	guard_connect_metrics(struct connection *);

/* A worker's clock watch. Calls `tick` too, every quarter of a second. */
void	guard_start(void (*tick)(void));

/* From now on every answer is the last one of its connection, idle ones are closed. */
void	guard_drain(void);
bool	guard_draining(void);

/* Connections of this worker that have something under way. */
unsigned	guard_active(void);

struct guard	*guard_of(struct connection *);
bool		 guard_is_metrics(const struct guard *);
const struct framing	*guard_framing(const struct guard *);	/* its texts until guard_receive() */
uint64_t	 guard_since(const struct guard *);	/* clock_ms() of the request's first octet */

/* Who hears of the current request's news. Called from the event loop, never from inside a call of the owner. */
void	guard_watch(struct guard *, void (*news)(void *owner, enum guard_news), void *owner);

/* Begin to feed the body to `body` (borrowed until its news or guard_finish()). Answers "100 Continue" when
 * the client waits for it. Returns the news at once when it is known. */
enum guard_news	guard_receive(struct guard *, struct body *body) __attribute__((warn_unused_result));

/* The body's sink has paused and wants more now. */
void	guard_resume(struct guard *);

/* True when the connection can serve another request after this one's answer. */
bool	guard_keeps(const struct guard *);

/* Queue octets of the answer (copied). guard_push() sends what can be sent; GUARD_SENT follows once all has left. */
void	guard_queue(struct guard *, const void *bytes, size_t length);
void	guard_push(struct guard *);

/* After all that is queued, `length` octets of a file from `offset` on; once, just before guard_finish(). Takes the
 * descriptor over in any case. */
void	guard_queue_file(struct guard *, int fd, uint64_t offset, uint64_t length);

/* Files that are on their way out of this worker. */
unsigned	guard_files(void);

/* The answer is queued whole: send it, then go on to the next request or close. Ends the watch. */
void	guard_finish(struct guard *, bool keep);

/* Close at once, the answer being broken off. */
void	guard_abort(struct guard *);

#endif
