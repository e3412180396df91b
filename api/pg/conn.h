/* One connection: comes up, carries calls, breaks, comes back. Used by pg.c only. */
#ifndef PG_CONN_H
#define PG_CONN_H

#include <sys/queue.h>

#include <kore/kore.h>

#include "pg/lru.h"
#include "pg/pg.h"

#define CALL_RETRIES	3

enum call_state { CALL_WAITING, CALL_FLYING };

struct pg_call {
	TAILQ_ENTRY(pg_call)	 list;		/* in its lane's queue while it waits, else among the flying */
	enum call_state		 state;
	enum pg_lane		 lane;
	uint64_t		 row;		/* 0: none in particular */
	const struct pg_step	*steps;		/* borrowed; not touched once done is NULL */
	size_t			 nsteps;
	bool			 describe;
	unsigned		 retries;
	uint64_t		 deadline;
	uint64_t		 leave;		/* when it stops waiting to be sent */
	pg_done			*done;		/* NULL: forgotten, or told of its timeout */
	void			*arg;
	struct pg_answer	 answer;
};

/* What lies between two Syncs. A statement that must be prepared first goes in a group of its own, so
 * that no error of the call can undo it. */
struct conn_group {
	TAILQ_ENTRY(conn_group)	 list;
	struct pg_call		*call;
	uint64_t		 prepares;	/* key; 0: this is the call itself, or a DEALLOCATE */
	uint64_t		 sequence;
	bool			 closes;	/* a DEALLOCATE: its result is of no interest */
	size_t			 unit;		/* results seen so far */
};

enum conn_state { CONN_DOWN, CONN_CONNECTING, CONN_READY };

struct conn {
	struct kore_event	 evt;		/* must be first */
	enum conn_state		 state;
	enum pg_lane		 lane;
	unsigned		 index;
	PGconn			*pg;
	int			 watched;	/* epoll events asked for */
	bool			 doomed;	/* libpq refused a send: drop it at the next tick */
	bool			 told;		/* the log knows that it is down */
	unsigned		 calls;		/* in flight */
	unsigned		 backoff_ms;
	uint64_t		 retry_at;
	uint64_t		 progress;	/* last time it connected, answered, or began to wait */
	uint64_t		 sequence;
	TAILQ_HEAD(, conn_group) groups;	/* in the order they were sent */
	struct lru		 statements;
};

void	conn_connect(struct conn *);
void	conn_send(struct conn *, struct pg_call *);
void	conn_drop(struct conn *, const char *why);
void	conn_call_reset(struct pg_call *);	/* forget its results, before it is sent again */

/* What pg.c gives conn.c. */
PGconn	*pg_connect_start(enum pg_lane);
void	 pg_call_end(struct pg_call *, enum pg_outcome);	/* frees the call */
void	 pg_call_lost(struct pg_call *);	/* its connection broke: send it again, or end it */
void	 pg_conn_up(struct conn *);
void	 pg_conn_free(struct conn *);		/* it has room for another call */
void	 pg_conn_down(struct conn *);

#endif
