/* The inside of a guard, shared by guard.c (header blocks), guard_body.c, guard_out.c (answers) and guard_clock.c. */
#ifndef HTTP_GUARD_STATE_H
#define HTTP_GUARD_STATE_H

#include "http/guard.h"

#define GUARD_ROOM	FRAMING_BLOCK		/* octets read ahead of a connection */
#define GUARD_QUANTUM	(64UL * 1024)		/* octets in or out before the other connections have their turn */
#define GUARD_LARGE	(1024UL * 1024)		/* octets of a body from which on it is held to the next */
#define GUARD_WINDOW	(64 * 1024)		/* octets it may be ahead of us (the kernel doubles it) */
#define GUARD_UNSENT	(128 * 1024)		/* octets the kernel keeps for us beyond what is on its way */
#define GUARD_SKIP	(64UL * 1024)		/* octets of an unread body worth reading to keep the connection */

enum guard_phase {
	GUARD_HEAD,		/* a header block is awaited or on its way */
	GUARD_BUSY,		/* the request has an owner, no body is awaited */
	GUARD_BODY,		/* its body is on its way */
	GUARD_SEND,		/* the whole answer is queued */
	GUARD_SKIPPING,		/* answered; its body is read and dropped */
	GUARD_LINGER,		/* answered and shut; what still comes is dropped, lest a reset eat the answer */
	GUARD_OVER
};

enum guard_fill { GUARD_FILL_SOME, GUARD_FILL_NONE, GUARD_FILL_EOF, GUARD_FILL_DEAD };

struct guard {
	struct connection	*c;
	enum guard_phase	 phase;
	bool			 metrics, hangup, eof, ending, blank, pushing;
	bool			 served;	/* has had an answer: an idle client, not a mute one */
	char			*in;		/* GUARD_ROOM octets */
	size_t			 start, end;	/* of what is unread in it */
	size_t			 seen;		/* octets scanned of the block at start */
	size_t			 block;		/* octets of the current request's block, still at start */
	struct framing		 framing;
	struct body		*body;		/* the owner's, borrowed */
	struct body		 skip;
	bool			 received;	/* the body is whole (or there is none) */
	uint64_t		 since, deadline;	/* clock_ms(); deadline 0: none */
	uint64_t		 octets;	/* of the body so far */
	uint64_t		 acked;		/* by the client's kernel, when the clock last looked */
	size_t			 turn_in, turn_out;
	int			 file;		/* -1, or what follows the octets that are queued */
	uint64_t		 file_at, file_left;
	void			(*news)(void *, enum guard_news);
	void			*owner;
};

void	guard_phase_to(struct guard *, enum guard_phase);
void	guard_again(struct guard *);		/* have the event loop come back at once */
void	guard_tell(struct guard *, enum guard_news);
enum guard_fill	guard_fill(struct guard *);	/* read once, after what is unread */

void	guard_body(struct guard *);		/* go on in the phase of that name */
void	guard_skip(struct guard *);
void	guard_linger(struct guard *);

int	guard_write(struct connection *, size_t, size_t *);	/* Kore's c->write */
void	guard_flush(struct guard *);
void	guard_file_drop(struct guard *);	/* close it, sent or not */
void	guard_make_room(void);			/* for one more connection; from its connect callback */
void	guard_thin_bodies(const struct guard *newest);	/* of so many slow ones that others would find no place */
void	guard_next(struct guard *);
void	guard_refuse(struct guard *, enum framing_fault);
void	guard_refuse_load(struct guard *);

#endif
