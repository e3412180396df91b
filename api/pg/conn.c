#include <sys/epoll.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "pg/conn.h"

#define CONN_EVENT	100		/* an event type that Kore itself does not use */
#define NAME_SIZE	24
#define BACKOFF_MAX_MS	1000		/* doubled at most by chance: soon back after however long an outage */

static void	conn_event(void *, int);

static void
conn_watch(struct conn *c, int events)
{
	/* While connecting libpq may change its socket, so nothing is remembered until it is ready. */
	if (c->state == CONN_READY && c->watched == events)
		return;
	c->watched = events;
	kore_platform_event_schedule(PQsocket(c->pg), events | EPOLLRDHUP, 0, c);
}

static void
conn_flush(struct conn *c)
{
	int	r = PQflush(c->pg);

	if (r < 0)
		c->doomed = true;
	else
		conn_watch(c, r > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void
conn_connect(struct conn *c)
{
	c->evt.type = CONN_EVENT;
	c->evt.flags = 0;
	c->evt.handle = conn_event;
	c->watched = 0;
	c->doomed = false;
	c->progress = clock_ms();
	c->pg = pg_connect_start(c->lane);
	if (c->pg == NULL || PQstatus(c->pg) == CONNECTION_BAD) {
		conn_drop(c, "cannot connect");
		return;
	}
	c->state = CONN_CONNECTING;
	conn_watch(c, EPOLLOUT);
}

static void
conn_connecting(struct conn *c)
{
	switch (PQconnectPoll(c->pg)) {
	case PGRES_POLLING_READING:
		conn_watch(c, EPOLLIN);
		return;
	case PGRES_POLLING_WRITING:
		conn_watch(c, EPOLLOUT);
		return;
	case PGRES_POLLING_OK:
		break;
	default:
		conn_drop(c, "cannot connect");
		return;
	}
	if (PQsetnonblocking(c->pg, 1) != 0 || PQenterPipelineMode(c->pg) != 1) {
		conn_drop(c, "no pipeline mode");
		return;
	}
	lru_clear(&c->statements);
	conn_watch(c, EPOLLIN);
	c->state = CONN_READY;
	c->told = false;
	pg_conn_up(c);
}

void
conn_drop(struct conn *c, const char *why)
{
	struct conn_group	*g;

	if (!c->told)
		log_line(LOG_LINE_WARNING, "postgresql connection %d.%u: %s: %s", (int)c->lane, c->index, why,
		    c->pg == NULL ? "out of memory" : PQerrorMessage(c->pg));
	c->told = true;			/* and need not hear of each attempt to come back */
	PQfinish(c->pg);		/* closes the socket, so epoll forgets it */
	c->pg = NULL;
	c->state = CONN_DOWN;
	c->backoff_ms = c->backoff_ms == 0 ? 100 : c->backoff_ms * 2;
	if (c->backoff_ms > BACKOFF_MAX_MS)
		c->backoff_ms = BACKOFF_MAX_MS;
	c->retry_at = clock_ms() + c->backoff_ms + arc4random_uniform(c->backoff_ms);
	c->calls = 0;
	while ((g = TAILQ_FIRST(&c->groups)) != NULL) {
		TAILQ_REMOVE(&c->groups, g, list);
		if (g->prepares == 0 && !g->closes)
			pg_call_lost(g->call);
		free(g);
	}
	pg_conn_down(c);
}

static struct conn_group *
conn_group_add(struct conn *c, struct pg_call *call)
{
	struct conn_group	*g = calloc(1, sizeof(*g));

	if (g == NULL)
		memory_out();
	g->call = call;
	g->sequence = ++c->sequence;
	if (TAILQ_EMPTY(&c->groups))
		c->progress = clock_ms();
	TAILQ_INSERT_TAIL(&c->groups, g, list);
	return (g);
}

static void
statement_name(char name[NAME_SIZE], uint64_t key)
{
	(void)snprintf(name, NAME_SIZE, "s%" PRIx64, key);
}

static void
conn_deallocate(struct conn *c, struct pg_call *call, uint64_t key)
{
	char	name[NAME_SIZE], sql[NAME_SIZE + 16];

	statement_name(name, key);
	(void)snprintf(sql, sizeof(sql), "DEALLOCATE %s", name);
	conn_group_add(c, call)->closes = true;
	if (!PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 0) || !PQpipelineSync(c->pg))
		c->doomed = true;
}

static void
conn_prepare(struct conn *c, struct pg_call *call, const struct pg_step *step)
{
	struct conn_group	*g;
	char			 name[NAME_SIZE];
	uint64_t		 evicted;

	if (lru_add(&c->statements, step->key, c->sequence + 1, &evicted))
		conn_deallocate(c, call, evicted);
	statement_name(name, step->key);
	g = conn_group_add(c, call);
	g->prepares = step->key;
	if (!PQsendPrepare(c->pg, name, step->sql, 0, NULL) || !PQpipelineSync(c->pg))
		c->doomed = true;
}

static void
conn_describe(struct conn *c, struct pg_call *call)
{
	(void)conn_group_add(c, call);
	if (!PQsendPrepare(c->pg, "", call->steps[0].sql, 0, NULL) ||
	    !PQsendDescribePrepared(c->pg, "") || !PQpipelineSync(c->pg))
		c->doomed = true;
}

/* Queue the call on this connection. A failing send shows in c->doomed only: the call then ends when
 * the tick drops the connection, never from inside here. */
void
conn_send(struct conn *c, struct pg_call *call)
{
	const struct pg_step	*s;
	char			 name[NAME_SIZE];

	c->calls++;
	call->state = CALL_FLYING;
	if (call->describe) {
		conn_describe(c, call);
		conn_flush(c);
		return;
	}
	for (s = call->steps; s < call->steps + call->nsteps; s++)
		if (lru_find(&c->statements, s->key) == NULL)
			conn_prepare(c, call, s);
	(void)conn_group_add(c, call);
	for (s = call->steps; s < call->steps + call->nsteps; s++) {
		statement_name(name, s->key);
		if (!PQsendQueryPrepared(c->pg, name, s->nvalues, s->values, s->lengths, s->formats, 0))
			c->doomed = true;
	}
	if (!PQpipelineSync(c->pg))
		c->doomed = true;
	conn_flush(c);
}

void
conn_call_reset(struct pg_call *call)
{
	size_t	i;

	for (i = 0; i < PG_STEPS; i++)
		PQclear(call->answer.results[i]);
	PQclear(call->answer.error);
	memset(&call->answer, 0, sizeof(call->answer));
}

/* An error that a second try mends: the plan or the statement is gone after a deploy, or two
 * transactions met. All of it was rolled back, so nothing can happen twice. */
static bool
conn_retry(struct conn *c, const struct conn_group *g)
{
	struct pg_call		*call = g->call;
	struct lru_entry	*e;
	const char		*state;
	uint64_t		 key;
	bool			 stale;

	if (call->answer.error == NULL || call->done == NULL || call->retries >= CALL_RETRIES ||
	    (state = PQresultErrorField(call->answer.error, PG_DIAG_SQLSTATE)) == NULL)
		return (false);
	stale = strcmp(state, "0A000") == 0;
	if (!stale && strcmp(state, "26000") != 0 && strcmp(state, "40001") != 0 && strcmp(state, "40P01") != 0)
		return (false);
	key = call->steps[call->answer.failed].key;
	e = lru_find(&c->statements, key);
	/* Another call in the pipeline may have prepared it anew since this one was sent. */
	if ((stale || state[0] == '2') && e != NULL && e->parsed < g->sequence) {
		lru_remove(&c->statements, key);
		if (stale)
			conn_deallocate(c, call, key);
	}
	call->retries++;
	conn_call_reset(call);
	conn_send(c, call);
	return (true);
}

static void
conn_group_end(struct conn *c, struct conn_group *g)
{
	struct pg_call	*call = g->call;

	TAILQ_REMOVE(&c->groups, g, list);
	c->progress = clock_ms();
	if (g->prepares == 0 && !g->closes) {
		c->backoff_ms = 0;
		c->calls--;
		if (!conn_retry(c, g)) {
			pg_call_end(call, call->answer.error == NULL ? PG_DONE : PG_FAILED);
			pg_conn_free(c);
		}
	}
	free(g);
}

/* One result of a group; the first error is kept, what follows it is only PGRES_PIPELINE_ABORTED. */
static void
conn_result(struct conn *c, struct conn_group *g, PGresult *r)
{
	struct pg_answer	*a = &g->call->answer;
	size_t			 step = g->unit;
	ExecStatusType		 status = PQresultStatus(r);
	bool			 good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;

	g->unit++;
	if (g->closes) {
		PQclear(r);
		return;
	}
	if (g->prepares != 0 && !good)
		lru_remove(&c->statements, g->prepares);
	if (step >= g->call->nsteps)
		step = g->call->nsteps - 1;	/* of a describe: Parse, then the description */
	if (!good && a->error == NULL && status != PGRES_PIPELINE_ABORTED) {
		a->error = r;
		a->failed = step;
	} else if (good && g->prepares == 0) {
		PQclear(a->results[step]);
		a->results[step] = r;
	} else {
		PQclear(r);
	}
}

/* Per statement libpq yields its result and a NULL, per Sync PGRES_PIPELINE_SYNC. */
static bool
conn_results(struct conn *c)
{
	struct conn_group	*g;
	PGresult		*r;
	unsigned		 empty = 0;

	while (c->pg != NULL && (g = TAILQ_FIRST(&c->groups)) != NULL && !PQisBusy(c->pg)) {
		if ((r = PQgetResult(c->pg)) == NULL) {
			if (PQstatus(c->pg) == CONNECTION_BAD || ++empty > 2)
				return (false);
			continue;
		}
		empty = 0;
		if (PQresultStatus(r) != PGRES_PIPELINE_SYNC) {
			conn_result(c, g, r);
			continue;
		}
		PQclear(r);
		conn_group_end(c, g);
	}
	return (true);
}

static void
conn_event(void *arg, int error)
{
	struct conn	*c = arg;
	bool		 good;

	(void)error;			/* libpq finds out by itself, and reads what came before */
	c->evt.flags = 0;		/* level-triggered: Kore only ever adds to these */
	if (c->pg == NULL)
		return;			/* left over in this batch of events */
	if (c->state == CONN_CONNECTING) {
		conn_connecting(c);
		return;
	}
	good = PQconsumeInput(c->pg) == 1;
	good = conn_results(c) && good;
	if (good)
		conn_flush(c);
	if (!good || c->doomed || PQstatus(c->pg) == CONNECTION_BAD)
		conn_drop(c, "lost");
}
