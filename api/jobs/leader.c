#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "jobs/leader.h"

/* Any number will do, as long as nothing else in this database locks it: "hzjobs" in ASCII. */
#define LOCK_SQL	"SELECT pg_try_advisory_lock(x'687a6a6f6273'::bigint)::int"

/* Its own notices would be lines that are not JSON. */
static void
leader_hush(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

bool
leader_connect(struct leader *leader)
{
	static const char *const	names[] = {
		"dbname", "connect_timeout", "application_name", "options", NULL
	};
	const char			*values[] = {
		leader->conninfo, "2", "hz-jobs", "-c statement_timeout=60000 -c lock_timeout=5000", NULL
	};

	leader->conn = PQconnectdbParams(names, values, 1);
	if (PQstatus(leader->conn) != CONNECTION_OK) {
		leader_drop(leader);
		return (false);
	}
	PQsetNoticeProcessor(leader->conn, leader_hush, NULL);
	return (true);
}

void
leader_drop(struct leader *leader)
{
	PQfinish(leader->conn);
	leader->conn = NULL;
	leader->leads = false;
}

PGresult *
leader_rows(struct leader *leader, const char *sql, const char *value)
{
	PGresult	*r = PQexecParams(leader->conn, sql, value != NULL, NULL, &value, NULL, NULL, 0);
	const char	*state;

	if (PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK)
		return (r);
	state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	log_line(LOG_LINE_ERROR, "job failed: SQLSTATE %s", state == NULL ? "none, connection lost" : state);
	/* a deploy may have dropped the function under us: begin anew whatever it was */
	leader_drop(leader);
	PQclear(r);
	return (NULL);
}

int
leader_call(struct leader *leader, const char *sql)
{
	PGresult	*r = leader_rows(leader, sql, NULL);
	int		 n = -1;

	if (r != NULL && PQntuples(r) == 1)
		n = (int)strtol(PQgetvalue(r, 0, 0), NULL, 10);
	PQclear(r);
	return (n);
}

bool
leader_ensure(struct leader *leader)
{
	if (leader->conn == NULL && !leader_connect(leader))
		return (false);
	if (!leader->leads && leader_call(leader, LOCK_SQL) == 1) {
		leader->leads = true;
		log_line(LOG_LINE_INFO, "leading");
	}
	return (leader->leads);
}
