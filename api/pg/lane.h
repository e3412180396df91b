/* The connections of one lane and the calls that wait for them. Used by pg.c only. */
#ifndef PG_LANE_H
#define PG_LANE_H

#include "pg/conn.h"

#define LANE_CONNS	64
#define LANE_OPTIONS	512

struct lane {
	struct pg_lane_config	config;
	struct conn		conns[LANE_CONNS];
	TAILQ_HEAD(, pg_call)	waiting;	/* in the order they came */
	unsigned		nwaiting;
	char			options[LANE_OPTIONS];	/* of its sessions */
};

/* Ready to connect. False: conninfo cannot be read, or too much is asked for. */
bool		 lane_start(struct lane *, const struct pg_lane_config *, const char *conninfo)
		    __attribute__((warn_unused_result));

unsigned	 lane_connected(const struct lane *);

/* The connection to send a call for this row on (0: for no row in particular); NULL when it has to wait. */
struct conn	*lane_free(struct lane *, uint64_t row);

/* Is there room for one more that waits? */
bool		 lane_queue_room(const struct lane *, uint64_t row);
void		 lane_queue(struct lane *, struct pg_call *);
void		 lane_unqueue(struct lane *, struct pg_call *);

/* The first of those who wait that can be sent now, no longer waiting, and on which connection; NULL: none. */
struct pg_call	*lane_next(struct lane *, struct conn **);

#endif
