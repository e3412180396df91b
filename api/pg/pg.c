#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "pg/conn.h"

#define CONN_MAX	64		/* of one lane */
#define TICK_MS		50
#define CONNECT_MS	5000
#define STALL_MS	5000		/* beyond the statement's own timeout */
#define STUCK		100000		/* more than any depth */
#define SLOW_MS		100		/* a connection mute for so long has a slow statement ahead */
#define OPTIONS_SIZE	512

/* What writes gives up waiting to be sent, and PostgreSQL gives up the statement, so early that both end before the
 * call's deadline: then it is known that nothing was done. Past the deadline it may still be done. */
#define QUEUE_SHARE(ms)		((ms) / 4)
#define STATEMENT_SHARE(ms)	((ms) / 10 * 7)

struct lane {
	struct pg_lane_config	config;
	struct conn		conns[CONN_MAX];
	TAILQ_HEAD(, pg_call)	waiting;
	unsigned		nwaiting;
	char			options[OPTIONS_SIZE];
};

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

static void
call_unqueue(struct pg_call *call)
{
	TAILQ_REMOVE(&lanes[call->lane].waiting, call, list);
	lanes[call->lane].nwaiting--;
}

void
pg_conn_free(struct conn *c)
{
	struct lane	*l = &lanes[c->lane];
	struct pg_call	*call;

	while (c->calls < l->config.depth && !c->doomed && (call = TAILQ_FIRST(&l->waiting)) != NULL) {
		call_unqueue(call);
		call_fly(c, call);
	}
}

void
pg_conn_up(struct conn *c)
{
	log_line(LOG_LINE_INFO, "postgresql connection %d.%u: up", (int)c->lane, c->index);
	if (on_up != NULL)
		on_up(c->lane);
	pg_conn_free(c);
}

/* Nobody is left to serve those who wait: they had better hear it now than at their deadline. */
void
pg_conn_down(struct conn *c)
{
	struct lane	*l = &lanes[c->lane];
	struct pg_call	*call;

	if (pg_connected(c->lane) > 0)
		return;
	while ((call = TAILQ_FIRST(&l->waiting)) != NULL) {
		call_unqueue(call);
		call_tell(call, PG_UNAVAILABLE);
		call_free(call);
	}
}

/* How little a connection invites another call: what is in flight on it, and whether that is stuck. */
static uint64_t
conn_load(const struct conn *c, uint64_t now)
{
	return (c->calls + (c->calls > 0 && now - c->progress > SLOW_MS ? STUCK : 0));
}

static struct conn *
lane_least_loaded(struct lane *l, uint64_t now, bool *up)
{
	struct conn	*c, *best = NULL;
	uint64_t	 load, least = UINT64_MAX;

	*up = false;
	for (c = l->conns; c < l->conns + l->config.connections; c++) {
		if (c->state != CONN_READY || c->doomed)
			continue;
		*up = true;
		load = conn_load(c, now);
		if (c->calls < l->config.depth && load < least) {
			best = c;
			least = load;
		}
	}
	return (best);
}

/* What a read-only transaction did, it may do again; whether another has committed, nobody knows. */
void
pg_call_lost(struct pg_call *call)
{
	struct lane	*l = &lanes[call->lane];
	struct conn	*c = NULL;
	bool		 up;

	if (l->config.read_only && !stopping && call->done != NULL && call->retries < CALL_RETRIES)
		c = lane_least_loaded(l, clock_ms(), &up);
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
	bool		 up;

	c = lane_least_loaded(l, now, &up);
	if (!up || stopping) {
		*refused = PG_UNAVAILABLE;
		return (NULL);
	}
	if (c == NULL && l->nwaiting >= l->config.queue) {
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
	if (c != NULL) {
		call_fly(c, call);
	} else {
		call->state = CALL_WAITING;
		TAILQ_INSERT_TAIL(&l->waiting, call, list);
		l->nwaiting++;
	}
	return (call);
}

struct pg_call *
pg_send(enum pg_lane lane, const struct pg_step *steps, size_t nsteps, unsigned timeout_ms, pg_done *done,
    void *arg, enum pg_outcome *refused)
{
	struct pg_call	prototype = { .steps = steps, .nsteps = nsteps, .done = done, .arg = arg };

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
		call_unqueue(call);
		call_free(call);
	}
}

unsigned
pg_connected(enum pg_lane lane)
{
	struct lane	*l = &lanes[lane];
	struct conn	*c;
	unsigned	 n = 0;

	for (c = l->conns; c < l->conns + l->config.connections; c++)
		n += c->state == CONN_READY;
	return (n);
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
tick_deadlines(uint64_t now)
{
	struct pg_call	*call;
	enum pg_lane	 lane;

again:
	TAILQ_FOREACH(call, &flying, list) {
		if (call->done != NULL && now >= call->deadline) {
			call_tell(call, PG_TIMEOUT);
			goto again;
		}
	}
	for (lane = 0; lane < PG_LANES; lane++) {
		while ((call = TAILQ_FIRST(&lanes[lane].waiting)) != NULL && now >= call->leave) {
			call_unqueue(call);
			call_tell(call, PG_OVERLOADED);
			call_free(call);
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
	tick_deadlines(now);
}

/* The session settings of a lane, after those the conninfo asks for itself. */
static bool
lane_options(struct lane *l)
{
	PQconninfoOption	*parsed, *o;
	const char		*given = "";
	int			 n;

	if ((parsed = PQconninfoParse(conninfo, NULL)) == NULL)
		return (false);
	for (o = parsed; o->keyword != NULL; o++)
		if (strcmp(o->keyword, "options") == 0 && o->val != NULL)
			given = o->val;
	n = snprintf(l->options, sizeof(l->options), "%s -c plan_cache_mode=force_generic_plan -c jit=off"
	    " -c statement_timeout=%u -c TimeZone=Asia/Shanghai -c default_transaction_read_only=%s", given,
	    l->config.read_only ? l->config.statement_timeout_ms : STATEMENT_SHARE(l->config.statement_timeout_ms),
	    l->config.read_only ? "on" : "off");
	PQconninfoFree(parsed);
	return (n > 0 && (size_t)n < sizeof(l->options));
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
	for (lane = 0; lane < PG_LANES; lane++) {
		lanes[lane].config = config->lanes[lane];
		if (lanes[lane].config.connections > CONN_MAX || !lane_options(&lanes[lane]))
			return (false);
		TAILQ_INIT(&lanes[lane].waiting);
	}
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
