#include <sys/socket.h>
#include <netinet/in.h>
#include <linux/tcp.h>

#include <kore/kore.h>
#include <kore/http.h>

#include "base/clock.h"
#include "http/guard_state.h"
#include "http/settings.h"

static bool	draining;
static void	(*every)(void);

bool
guard_draining(void)
{
	return (draining);
}

/* Does the client still take octets? The kernel's buffer hides a slow one from us for a long time, but not
 * from the kernel. */
static bool
guard_moves(struct guard *g)
{
	struct tcp_info	info = { 0 };
	socklen_t	size = sizeof(info);
	uint64_t	before = g->acked;

	if (getsockopt(g->c->fd, IPPROTO_TCP, TCP_INFO, &info, &size) == -1)
		return (false);
	g->acked = info.tcpi_bytes_acked;
	return (g->acked > before);
}

/* Time is up for what the connection is doing. Who takes nothing is reset, or the kernel would keep the rest for it for
 * minutes. */
static void
guard_expire(struct guard *g)
{
	static const struct linger	at_once = { .l_onoff = 1, .l_linger = 0 };

	switch (g->phase) {
	case GUARD_HEAD:
		if (g->end > g->start) {
			guard_refuse(g, FRAMING_SLOW);
			break;
		}
		guard_abort(g);
		break;
	case GUARD_BODY:
		guard_phase_to(g, GUARD_BUSY);
		guard_tell(g, GUARD_BODY_SLOW);
		break;
	case GUARD_BUSY:
	case GUARD_SEND:
		if (guard_moves(g)) {
			g->deadline = clock_ms() + settings.send_ms;
			break;
		}
		(void)setsockopt(g->c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		guard_abort(g);
		break;
	case GUARD_SKIPPING:
	case GUARD_LINGER:
		guard_abort(g);
		break;
	case GUARD_OVER:
		break;
	}
}

/* Every connection of ours, safe against closing it. */
static void
guard_each(void (*act)(struct guard *, uint64_t), uint64_t now)
{
	struct connection	*c, *next;

	for (c = TAILQ_FIRST(&connections); c != NULL; c = next) {
		next = TAILQ_NEXT(c, list);
		if (c->write == guard_write)
			act(guard_of(c), now);
	}
}

static void
guard_check(struct guard *g, uint64_t now)
{
	if (g->deadline != 0 && now >= g->deadline)
		guard_expire(g);
}

static void
guard_tick(void *arg, u_int64_t now)
{
	(void)arg;
	(void)now;
	guard_each(guard_check, clock_ms());
	every();
}

void
guard_start(void (*tick)(void))
{
	every = tick;
	(void)kore_timer_add(guard_tick, 250, NULL, 0);
}

/* How little a connection deserves its place: the time since when it has kept us waiting for a request, longest first;
 * within a header block before all others, those that never sent anything before idle ones, busy ones not at all. */
static uint64_t
guard_burden(const struct guard *g, uint64_t now)
{
	if (g->phase != GUARD_HEAD)
		return (0);
	if (g->start < g->end)
		return ((UINT64_C(3) << 60) + now - g->since);
	return ((g->served ? UINT64_C(1) << 60 : UINT64_C(2) << 60) + now + settings.idle_ms - g->deadline);
}

void
guard_make_room(void)
{
	struct connection	*c, *worst = NULL;
	uint64_t		 now = clock_ms(), burden, most = 0;

	if (worker_active_connections < worker_max_connections - worker_max_connections / 8)
		return;
	TAILQ_FOREACH(c, &connections, list) {
		if (c->write != guard_write || c->state == CONN_STATE_DISCONNECTING)
			continue;
		if ((burden = guard_burden(guard_of(c), now)) > most) {
			most = burden;
			worst = c;
		}
	}
	if (worst != NULL)
		guard_abort(guard_of(worst));
}

/* How late a body is: milliseconds beyond what it would have taken at 16 KiB/s. */
static uint64_t
guard_lateness(const struct guard *g, uint64_t now)
{
	uint64_t	took = now - g->since, fair = g->octets / 16;

	return (took > fair ? took - fair : 0);
}

/* Bodies on their way may take three quarters of the requests a worker can have; beyond that the latest is told that
 * it is too slow. */
void
guard_thin_bodies(const struct guard *newest)
{
	unsigned		 bodies = 0, most = http_request_limit - http_request_limit / 4;
	struct connection	*c;
	struct guard		*g, *latest = NULL;
	uint64_t		 now = clock_ms(), lateness, greatest = 0;

	if (http_request_count <= most)
		return;
	TAILQ_FOREACH(c, &connections, list) {
		if (c->write != guard_write || c->state == CONN_STATE_DISCONNECTING || guard_of(c)->phase != GUARD_BODY)
			continue;
		g = guard_of(c);
		bodies++;
		lateness = guard_lateness(g, now);
		if (g != newest && lateness >= greatest) {
			latest = g;
			greatest = lateness;
		}
	}
	if (bodies > most && latest != NULL)
		guard_expire(latest);
}

/* Closing over a request that has arrived unseen would reset it: that one is still served. */
static void
guard_close_idle(struct guard *g, uint64_t now)
{
	char	octet;

	(void)now;
	if (g->phase != GUARD_HEAD || g->start != g->end)
		return;
	if (recv(g->c->fd, &octet, 1, MSG_PEEK) > 0)
		guard_again(g);
	else
		guard_abort(g);
}

void
guard_drain(void)
{
	draining = true;
	guard_each(guard_close_idle, 0);
}

static unsigned	active;

static void
guard_count(struct guard *g, uint64_t now)
{
	(void)now;
	active += g->phase != GUARD_HEAD || g->start != g->end;
}

unsigned
guard_active(void)
{
	active = 0;
	guard_each(guard_count, 0);
	return (active);
}
