/*
 * A PostgreSQL for tests of the engine: keeps what was sent last, and answers what the test says.
 * Include once, in the test program itself.
 */
#ifndef UNIT_STUB_PG_H
#define UNIT_STUB_PG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pg/pg.h"

static struct {
	enum pg_lane		 lane;
	const struct pg_step	*steps;
	size_t			 nsteps;
	unsigned		 sends;
	pg_done			*done;
	void			*arg;
	bool			 waiting, forgotten;
	enum pg_outcome		 refuse;	/* PG_DONE: nothing is refused */
	PGresult		*middle;	/* what the second of three steps answers; taken */
	const char		*sqlstate, *constraint, *detail;
} stub;

struct pg_call *
pg_send(enum pg_lane lane, uint64_t row, const struct pg_step *steps, size_t nsteps, unsigned timeout_ms, pg_done *done, void *arg,
    enum pg_outcome *refused)
{
	(void)row;
	(void)timeout_ms;
	*refused = stub.refuse;
	if (stub.refuse != PG_DONE)
		return (NULL);
	stub.lane = lane;
	stub.steps = steps;
	stub.nsteps = nsteps;
	stub.done = done;
	stub.arg = arg;
	stub.sends++;
	stub.waiting = true;
	return ((struct pg_call *)(void *)&stub);
}

struct pg_call *
pg_describe(enum pg_lane lane, const struct pg_step *step, unsigned timeout_ms, pg_done *done, void *arg,
    enum pg_outcome *refused)
{
	return (pg_send(lane, 0, step, 1, timeout_ms, done, arg, refused));
}

void
pg_forget(struct pg_call *call)
{
	(void)call;
	stub.forgotten = true;
	stub.waiting = false;
}

bool		pg_start(const struct pg_config *config) { (void)config; return (true); }
void		pg_stop(void) { }
unsigned	pg_connected(enum pg_lane lane) { (void)lane; return (1); }
unsigned	pg_inflight(void) { return (stub.waiting); }
void		pg_fatal(const char *why) { (void)why; abort(); }

/* libpq gives no way to make an error: what the engine reads of one comes from here. */
char *
PQresultErrorField(const PGresult *r, int field)
{
	const char	*text = field == PG_DIAG_SQLSTATE ? stub.sqlstate : field == PG_DIAG_CONSTRAINT_NAME ?
	    stub.constraint : field == PG_DIAG_MESSAGE_DETAIL ? stub.detail : NULL;
	char		*copy;

	(void)r;
	memcpy(&copy, &text, sizeof(copy));	/* libpq's own type is not const */
	return (copy);
}

/* One row: names and values in turn, ended by NULL; a value of "" is SQL NULL. */
static PGresult *
stub_row(const char *const *cells)
{
	PGresult	*r = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc	 columns[8];
	char		 text[8][64];
	int		 i, n;
	const char *const	*cell = cells;

	memset(columns, 0, sizeof(columns));
	for (n = 0; *cell != NULL; n++, cell += 2) {
		(void)snprintf(text[n], sizeof(text[n]), "%s", *cell);
		columns[n].name = text[n];
	}
	if (!PQsetResultAttrs(r, n, columns))
		abort();
	for (i = 0, cell = cells + 1; i < n; i++, cell += 2) {
		char	*value = strdup(*cell);

		if (!PQsetvalue(r, 0, i, value[0] == '\0' ? NULL : value, value[0] == '\0' ? -1 : (int)strlen(value)))
			abort();
		free(value);
	}
	return (r);
}

#define STUB_ROW(...)	stub_row((const char *const []){ __VA_ARGS__, NULL })

static inline PGresult *
stub_nothing(void)
{
	return (PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK));
}

/* Answer the call that waits; takes the results, of which the last one belongs to the last step. */
static inline void
stub_answer(enum pg_outcome outcome, PGresult *auth, PGresult *last, size_t failed)
{
	struct pg_answer	a = { .outcome = outcome, .failed = failed };
	size_t			i, n = stub.nsteps;

	a.results[0] = auth;
	if (n == 3) {
		a.results[1] = stub.middle;
		stub.middle = NULL;
	}
	if (last != NULL) {
		PQclear(a.results[n - 1]);
		a.results[n - 1] = last;
	}
	stub.waiting = false;
	stub.done(stub.arg, &a);
	for (i = 0; i < PG_STEPS; i++)
		PQclear(a.results[i]);
}

#endif
