/*
 * PostgreSQL on the event loop: connections in lanes, prepared statements, pipelined calls.
 *
 * A call is up to PG_STEPS statements and one Sync: one implicit transaction, in one round trip. The
 * first error wins, and success is known at the Sync only. Knows nothing of HTTP.
 */
#ifndef PG_PG_H
#define PG_PG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpq-fe.h>

enum pg_lane {
	PG_READ,		/* few connections, pipelined deep, read-only transactions */
	PG_WRITE,		/* many, one call at a time on each: commits are serial per connection */
	PG_SLOW,		/* long statements, kept away from the others */
	PG_LANES
};

enum pg_outcome {
	PG_DONE,		/* committed; results[] hold one result a step */
	PG_FAILED,		/* rolled back; error and failed tell why */
	PG_TIMEOUT,		/* the deadline passed; the transaction may still commit */
	PG_LOST,		/* the connection broke; the transaction may have committed */
	PG_UNAVAILABLE,		/* nothing was sent: no connection is up */
	PG_OVERLOADED		/* nothing was sent: every connection is full, and the queue too */
};

#define PG_STEPS	4

struct pg_step {
	uint64_t		 key;		/* names the text: same key, same sql; not 0 */
	const char		*sql;
	int			 nvalues;
	const char *const	*values;
	const int		*lengths, *formats;	/* as PQsendQueryPrepared(); NULL: all text */
};

struct pg_answer {
	enum pg_outcome	 outcome;
	PGresult	*results[PG_STEPS];	/* cleared after done(); set one NULL to keep it */
	PGresult	*error;			/* PG_FAILED: the first error */
	size_t		 failed;		/* … and the step it came from */
};

typedef void	pg_done(void *arg, struct pg_answer *);

struct pg_lane_config {
	unsigned	connections, depth;	/* depth: calls in flight on one connection */
	unsigned	queue;			/* calls that may wait when all connections are full */
	unsigned	statement_timeout_ms;	/* also how long a connection may stay mute, and 5 s more */
	bool		read_only;
};

struct pg_config {
	const char		*conninfo;	/* borrowed */
	struct pg_lane_config	 lanes[PG_LANES];
	void			(*up)(enum pg_lane);	/* a connection of the lane has come up */
};

/* Connections come up (and come back) by themselves. False: conninfo cannot be read. */
bool		pg_start(const struct pg_config *) __attribute__((warn_unused_result));
void		pg_stop(void);			/* calls in flight are dropped, done() is not called */
unsigned	pg_connected(enum pg_lane);
unsigned	pg_inflight(void);		/* calls whose done() is still to come */

struct pg_call;

/*
 * Send a call, or let it wait for a free connection. Borrows steps and all they point at until done()
 * or pg_forget(). done() is never called from inside. Returns NULL when the call was refused:
 * *refused is then PG_UNAVAILABLE or PG_OVERLOADED, and done() will not be called. `row` names what a write is about
 * (any hash; 0: nothing that others would write too): writes of one row may hold a quarter of their lane, no more.
 */
struct pg_call	*pg_send(enum pg_lane, uint64_t row, const struct pg_step *steps, size_t nsteps, unsigned timeout_ms,
		    pg_done *done, void *arg, enum pg_outcome *refused) __attribute__((warn_unused_result));

/* Parse and describe one statement without running it; result 0 is that of PQsendDescribePrepared(). */
struct pg_call	*pg_describe(enum pg_lane, const struct pg_step *step, unsigned timeout_ms, pg_done *done,
		    void *arg, enum pg_outcome *refused) __attribute__((warn_unused_result));

/* done() will not be called. What is in flight runs to its end, its result is dropped. */
void		pg_forget(struct pg_call *);

/* The program cannot work with this database: stop the whole server, all workers. */
void		pg_fatal(const char *why) __attribute__((noreturn));

#endif
