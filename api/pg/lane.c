#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "pg/lane.h"

#define STUCK		100000		/* more than any depth */
#define SLOW_MS		100		/* a connection mute for so long has a slow statement ahead */

/* Those who write the same row wait for one another in PostgreSQL, each on a connection of its own. However many want a row
 * that somebody holds, the others keep three quarters of the connections, and of the places in the queue. */
#define ROW_SHARE(n)		(((n) + 3) / 4)

/* PostgreSQL gives up the statement of a write so early that it ends before the call's deadline. */
#define STATEMENT_SHARE(ms)	((ms) / 10 * 7)

/* The session settings of a lane, after those the conninfo asks for itself. */
static bool
lane_options(struct lane *l, const char *conninfo)
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
lane_start(struct lane *l, const struct pg_lane_config *config, const char *conninfo)
{
	l->config = *config;
	TAILQ_INIT(&l->waiting);
	l->nwaiting = 0;
	return (config->connections <= LANE_CONNS && lane_options(l, conninfo));
}

unsigned
lane_connected(const struct lane *l)
{
	const struct conn	*c;
	unsigned		 n = 0;

	for (c = l->conns; c < l->conns + l->config.connections; c++)
		n += c->state == CONN_READY;
	return (n);
}

/* How many calls for this row are on their way, those among them that nobody waits for any more. */
static unsigned
lane_row_flying(const struct lane *l, uint64_t row)
{
	const struct conn	*c;
	struct conn_group	*g;
	unsigned		 n = 0;

	for (c = l->conns; c < l->conns + l->config.connections; c++)
		TAILQ_FOREACH(g, &c->groups, list)
			n += g->prepares == 0 && !g->closes && g->call->row == row;
	return (n);
}

/* Reads wait for no row. */
static bool
lane_row_full(const struct lane *l, uint64_t row)
{
	return (row != 0 && !l->config.read_only && lane_row_flying(l, row) >= ROW_SHARE(l->config.connections));
}

/* How little a connection invites another call: what is in flight on it, and whether that is stuck. */
static uint64_t
conn_load(const struct conn *c, uint64_t now)
{
	return (c->calls + (c->calls > 0 && now - c->progress > SLOW_MS ? STUCK : 0));
}

static struct conn *
lane_least_loaded(struct lane *l)
{
	struct conn	*c, *best = NULL;
	uint64_t	 load, least = UINT64_MAX, now = clock_ms();

	for (c = l->conns; c < l->conns + l->config.connections; c++) {
		if (c->state != CONN_READY || c->doomed || c->calls >= l->config.depth)
			continue;
		if ((load = conn_load(c, now)) < least) {
			best = c;
			least = load;
		}
	}
	return (best);
}

struct conn *
lane_free(struct lane *l, uint64_t row)
{
	return (lane_row_full(l, row) ? NULL : lane_least_loaded(l));
}

bool
lane_queue_room(const struct lane *l, uint64_t row)
{
	struct pg_call	*call;
	unsigned	 n = 0;

	if (l->nwaiting >= l->config.queue)
		return (false);
	if (row == 0 || l->config.read_only)
		return (true);
	TAILQ_FOREACH(call, &l->waiting, list)
		n += call->row == row;
	return (n < ROW_SHARE(l->config.queue));
}

void
lane_queue(struct lane *l, struct pg_call *call)
{
	call->state = CALL_WAITING;
	TAILQ_INSERT_TAIL(&l->waiting, call, list);
	l->nwaiting++;
}

void
lane_unqueue(struct lane *l, struct pg_call *call)
{
	TAILQ_REMOVE(&l->waiting, call, list);
	l->nwaiting--;
}

struct pg_call *
lane_next(struct lane *l, struct conn **c)
{
	struct pg_call	*call;

	if (TAILQ_EMPTY(&l->waiting) || (*c = lane_least_loaded(l)) == NULL)
		return (NULL);
	TAILQ_FOREACH(call, &l->waiting, list) {
		if (lane_row_full(l, call->row))
			continue;
		lane_unqueue(l, call);
		return (call);
	}
	return (NULL);
}
