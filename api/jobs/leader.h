/* One connection to PostgreSQL on which this process is, or waits to become, the one leader. Blocking. */
#ifndef JOBS_LEADER_H
#define JOBS_LEADER_H

#include <stdbool.h>

#include <libpq-fe.h>

struct leader {
	const char	*conninfo;	/* borrowed */
	PGconn		*conn;		/* NULL: not connected */
	bool		 leads;		/* holds the advisory lock of this session */
};

/* Connects when there is no connection and asks for the lock when it is not held. True when this
 * process leads now; false when another does or PostgreSQL is away (conn is NULL then). */
bool	leader_ensure(struct leader *leader) __attribute__((warn_unused_result));

/* Connects without asking for the lock: for what may run beside the leader. */
bool	leader_connect(struct leader *leader) __attribute__((warn_unused_result));

/* Runs `SELECT f()` and returns the int it gives, or -1 after a fault, with the connection dropped
 * when it is lost. Knows nothing of values from rows: only the SQLSTATE is logged. */
int	leader_call(struct leader *leader, const char *sql) __attribute__((warn_unused_result));

/* Runs a statement with one text parameter (NULL: none) and returns its rows, to be cleared by the caller with PQclear();
 * NULL after a fault, as leader_call(). A statement without rows gives an empty result. */
PGresult	*leader_rows(struct leader *leader, const char *sql, const char *value) __attribute__((warn_unused_result));

/* Closes the connection, which gives the lock up and undoes what is not committed. */
void	leader_drop(struct leader *leader);

#endif
