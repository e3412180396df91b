#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "pg/lane.h"

#define TICK_MS		50
#define CONNECT_MS	5000
#define STALL_MS	5000		/* beyond the statement's own timeout */

/* What writes gives up waiting to be sent so early that PostgreSQL, too, gives up before the call's deadline (STATEMENT_SHARE in
 * lane.c): then it is known that nothing was done. Past the deadline it may still be done. */
#define QUEUE_SHARE(ms)		((ms) / 4)

static struct lane		 lanes[PG_LANES];
static TAILQ_HEAD(, pg_call)	 flying = TAILQ_HEAD_INITIALIZER(flying);
static const char		*conninfo;
static void			(*on_up)(enum pg_lane);
static struct kore_timer	*ticker;
static unsigned			 inflight;
static bool			 stopping;

PGconn *
pg_connect_start(enum pg_lane lane)
{
	const char *const	keys[] = { "fallback_application_name", "dbname", "options", "client_encoding",
	    "tcp_user_timeout", NULL };
	const char *const	values[] = { "hz-api", conninfo, lanes[lane].options, "UTF8", "10000", NULL };

	return (PQconnectStartParams(keys, values, 1));
}

static void
call_free(struct pg_call *call)
{
	size_t	i;

	for (i = 0; i < PG_STEPS; i++)
		PQclear(call->answer.results[i]);
	PQclear(call->answer.error);
	free(call);
}

/* Tell the caller, once; the call lives on as long as a connection still owes it an answer. */
static void
call_tell(struct pg_call *call, enum pg_outcome outcome)
{
	pg_done	*done = call->done;

	if (done == NULL)
		return;
	call->done = NULL;
	inflight--;
	call->answer.outcome = outcome;
	if (!stopping)
		done(call->arg, &call->answer);
}

void
pg_call_end(struct pg_call *call, enum pg_outcome outcome)
{
	TAILQ_REMOVE(&flying, call, list);
	call_tell(call, outcome);
	call_free(call);
}

static void
call_fly(struct conn *c, struct pg_call *call)
{
	TAILQ_INSERT_TAIL(&flying, call, list);
	conn_send(c, call);
}

/* Send those who wait, as far as connections are free. */
static void
lane_go_on(struct lane *l)
{
	struct conn	*c;
	struct pg_call	*call;

	while ((call = lane_next(l, &c)) != NULL)
		call_fly(c, call);
}

void
pg_conn_free(struct conn *c)
{
	lane_go_on(&lanes[c->lane]);
}

void
pg_conn_up(struct conn *c)
{
	log_line(LOG_LINE_INFO, "postgresql connection %d.%u: up", (int)c->lane, c->index);
	if (on_up != NULL)
		on_up(c->lane);
	pg_conn_free(c);
}

/* Those who wait for a row may go where others of it are gone. When nobody is left to serve them, they had better hear it now
 * than at their deadline. */
void
pg_conn_down(struct conn *c)
{
	struct lane	*l = &lanes[c->lane];
	struct pg_call	*call;

	if (lane_connected(l) > 0) {
		lane_go_on(l);
		return;
	}
	while ((call = TAILQ_FIRST(&l->waiting)) != NULL) {
		lane_unqueue(l, call);
		call_tell(call, PG_UNAVAILABLE);
		call_free(call);
	}
}

/* What a read-only transaction did, it may do again; whether another has committed, nobody knows. */
void
pg_call_lost(struct pg_call *call)
{
	struct lane	*l = &lanes[call->lane];
	struct conn	*c = NULL;

	if (l->config.read_only && !stopping && call->done != NULL && call->retries < CALL_RETRIES)
		c = lane_free(l, 0);
	if (c == NULL) {
		pg_call_end(call, PG_LOST);
		return;
	}
	call->retries++;
	conn_call_reset(call);
	conn_send(c, call);
}

static struct pg_call *
pg_submit(enum pg_lane lane, struct pg_call prototype, unsigned timeout_ms, enum pg_outcome *refused)
{
	struct lane	*l = &lanes[lane];
	struct conn	*c;
	struct pg_call	*call;
	uint64_t	 now = clock_ms();

	if (stopping || lane_connected(l) == 0) {
		*refused = PG_UNAVAILABLE;
		return (NULL);
	}
	c = lane_free(l, prototype.row);
	if (c == NULL && !lane_queue_room(l, prototype.row)) {
		*refused = PG_OVERLOADED;
		return (NULL);
	}
	if ((call = malloc(sizeof(*call))) == NULL)
		memory_out();
	*call = prototype;
	call->lane = lane;
	call->deadline = now + timeout_ms;
	call->leave = l->config.read_only ? call->deadline : now + QUEUE_SHARE(timeout_ms);
	inflight++;
	if (c != NULL)
		call_fly(c, call);
	else
		lane_queue(l, call);
	return (call);
}

struct pg_call *
pg_send(enum pg_lane lane, uint64_t row, const struct pg_step *steps, size_t nsteps, unsigned timeout_ms, pg_done *done,
    void *arg, enum pg_outcome *refused)
{
	struct pg_call	prototype = { .row = row, .steps = steps, .nsteps = nsteps, .done = done, .arg = arg };

	return (pg_submit(lane, prototype, timeout_ms, refused));
}

struct pg_call *
pg_describe(enum pg_lane lane, const struct pg_step *step, unsigned timeout_ms, pg_done *done, void *arg,
    enum pg_outcome *refused)
{
	struct pg_call	prototype = { .steps = step, .nsteps = 1, .describe = true, .done = done, .arg = arg };

	return (pg_submit(lane, prototype, timeout_ms, refused));
}

void
pg_forget(struct pg_call *call)
{
	if (call->done == NULL)
		return;
	call->done = NULL;
	inflight--;
	if (call->state == CALL_WAITING) {
		lane_unqueue(&lanes[call->lane], call);
		call_free(call);
	}
}

unsigned
pg_connected(enum pg_lane lane)
{
	return (lane_connected(&lanes[lane]));
}

unsigned
pg_inflight(void)
{
	return (inflight);
}

static void
tick_connection(struct conn *c, uint64_t now)
{
	const struct pg_lane_config	*config = &lanes[c->lane].config;

	if (c->state == CONN_DOWN) {
		if (now >= c->retry_at)
			conn_connect(c);
	} else if (c->state == CONN_CONNECTING) {
		if (now - c->progress > CONNECT_MS)
			conn_drop(c, "no answer to the connect");
	} else if (c->doomed) {
		conn_drop(c, "cannot send");
	} else if (!TAILQ_EMPTY(&c->groups) && now - c->progress > config->statement_timeout_ms + STALL_MS) {
		conn_drop(c, "stalled");
	}
}

/* Deadlines. done() may send new calls, which go to the tail; it may also end others, so start over
 * after each. */
static void
tick_flying(uint64_t now)
{
	struct pg_call	*call;

again:
	TAILQ_FOREACH(call, &flying, list) {
		if (call->done != NULL && now >= call->deadline) {
			call_tell(call, PG_TIMEOUT);
			goto again;
		}
	}
}

/* Of those who wait, too: one with a short deadline may stand behind others that have longer ones. */
static void
tick_waiting(struct lane *l, uint64_t now)
{
	struct pg_call	*call;

again:
	TAILQ_FOREACH(call, &l->waiting, list) {
		if (now >= call->leave) {
			lane_unqueue(l, call);
			call_tell(call, PG_OVERLOADED);
			call_free(call);
			goto again;
		}
	}
}

static void
tick(void *arg, uint64_t kore_now)
{
	uint64_t	 now = clock_ms();
	enum pg_lane	 lane;
	unsigned	 i;

	(void)arg;
	(void)kore_now;
	for (lane = 0; lane < PG_LANES; lane++)
		for (i = 0; i < lanes[lane].config.connections; i++)
			tick_connection(&lanes[lane].conns[i], now);
	tick_flying(now);
	for (lane = 0; lane < PG_LANES; lane++)
		tick_waiting(&lanes[lane], now);
}

bool
pg_start(const struct pg_config *config)
{
	enum pg_lane	 lane;
	struct conn	*c;
	unsigned	 i;

	conninfo = config->conninfo;
	on_up = config->up;
	stopping = false;
	for (lane = 0; lane < PG_LANES; lane++)
		if (!lane_start(&lanes[lane], &config->lanes[lane], conninfo))
			return (false);
	for (lane = 0; lane < PG_LANES; lane++) {
		for (i = 0; i < lanes[lane].config.connections; i++) {
			c = &lanes[lane].conns[i];
			memset(c, 0, sizeof(*c));
			c->lane = lane;
			c->index = i;
			TAILQ_INIT(&c->groups);
			conn_connect(c);
		}
	}
	ticker = kore_timer_add(tick, TICK_MS, NULL, 0);
	return (true);
}

void
pg_stop(void)
{
	enum pg_lane	lane;
	unsigned	i;

	stopping = true;
	if (ticker != NULL)
		kore_timer_remove(ticker);
	ticker = NULL;
	for (lane = 0; lane < PG_LANES; lane++)
		for (i = 0; i < lanes[lane].config.connections; i++)
			if (lanes[lane].conns[i].pg != NULL) {
				lanes[lane].conns[i].told = true;
				conn_drop(&lanes[lane].conns[i], "let go");
			}
}

void
pg_fatal(const char *why)
{
	log_line(LOG_LINE_ERROR, "%s", why);
	fatalx("%s", why);
}
