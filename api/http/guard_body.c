#include <sys/socket.h>

#include <kore/kore.h>
#include <kore/http.h>

#include "base/clock.h"
#include "http/guard_state.h"
#include "http/settings.h"

_Static_assert(GUARD_ROOM <= BODY_STRETCH, "a sink is promised more than it may get");

/* Feed the sink with what is there, a quantum at the most. */
static enum guard_news
guard_pump(struct guard *g, struct body *body)
{
	static const enum guard_news	results[] = {
		[BODY_MORE] = GUARD_WAIT, [BODY_DONE] = GUARD_BODY_DONE,
		[BODY_TOO_LARGE] = GUARD_BODY_TOO_LARGE, [BODY_NO_ROOM] = GUARD_BODY_NO_ROOM,
		[BODY_MALFORMED] = GUARD_BODY_MALFORMED
	};
	enum body_result	result;
	uint64_t		slowest;
	size_t			used;

	if (body->paused)
		return (GUARD_WAIT);
	for (;;) {
		result = body_feed(body, g->in + g->start, g->end - g->start, &used);
		g->start += used;
		g->octets += used;
		if (used > 0) {		/* each stall is bounded, and so is the whole: 1 KiB/s on the average */
			slowest = g->since + settings.body_ms + g->octets * 1000 / 1024;
			g->deadline = clock_ms() + settings.body_ms;
			g->deadline = g->deadline < slowest ? g->deadline : slowest;
		}
		if (result != BODY_MORE)
			return (results[result]);
		if (body->paused) {	/* it is we who keep the client waiting */
			g->deadline = 0;
			return (GUARD_WAIT);
		}
		if (g->turn_in >= GUARD_QUANTUM) {
			guard_again(g);
			return (GUARD_WAIT);
		}
		switch (guard_fill(g)) {
		case GUARD_FILL_SOME:
			continue;
		case GUARD_FILL_NONE:
			return (GUARD_WAIT);
		case GUARD_FILL_EOF:
			return (GUARD_BODY_CUT);
		case GUARD_FILL_DEAD:
			return (GUARD_GONE);
		}
	}
}

void
guard_resume(struct guard *g)
{
	if (g->phase != GUARD_BODY)
		return;
	g->deadline = clock_ms() + settings.body_ms;
	guard_again(g);
}

/* With megabytes of window each receive call makes the kernel take in as much again from a sender on this machine (a
 * balancer): tens of milliseconds in which nobody else is served. */
static void
guard_narrow(struct guard *g)
{
	int	window = GUARD_WINDOW;

	if (g->framing.chunked || g->framing.length > GUARD_LARGE)
		(void)setsockopt(g->c->fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof(window));
}

enum guard_news
guard_receive(struct guard *g, struct body *body)
{
	static const char	go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	enum guard_news		news;

	g->start += g->block;
	g->block = 0;
	g->body = body;
	g->octets = 0;
	g->since = clock_ms();
	guard_phase_to(g, GUARD_BODY);
	guard_narrow(g);
	if (g->framing.expect && g->start == g->end) {
		guard_queue(g, go_on, sizeof(go_on) - 1);
		(void)net_send_flush(g->c);
	}
	news = guard_pump(g, body);
	if (news == GUARD_WAIT) {
		guard_thin_bodies(g);
	} else {
		guard_phase_to(g, GUARD_BUSY);
		g->received = news == GUARD_BODY_DONE;
	}
	return (news);
}

void
guard_body(struct guard *g)
{
	enum guard_news	news = guard_pump(g, g->body);

	if (news == GUARD_WAIT)
		return;
	if (news == GUARD_GONE) {
		guard_abort(g);
		return;
	}
	g->received = news == GUARD_BODY_DONE;
	guard_phase_to(g, GUARD_BUSY);
	guard_tell(g, news);
}

/* Answered, but its body lies between us and the next request. */
void
guard_skip(struct guard *g)
{
	switch (guard_pump(g, &g->skip)) {
	case GUARD_WAIT:
		return;
	case GUARD_BODY_DONE:
		g->received = true;
		guard_next(g);
		return;
	case GUARD_GONE:
		guard_abort(g);
		return;
	default:
		(void)shutdown(g->c->fd, SHUT_WR);
		guard_phase_to(g, GUARD_LINGER);
		guard_linger(g);
	}
}

void
guard_linger(struct guard *g)
{
	for (g->start = g->end = 0; g->turn_in < GUARD_QUANTUM; g->start = g->end = 0) {
		switch (guard_fill(g)) {
		case GUARD_FILL_SOME:
			g->deadline = clock_ms() + 2000;
			if (g->deadline > g->since + 20000)
				g->deadline = g->since + 20000;
			continue;
		case GUARD_FILL_NONE:
			return;
		default:
			guard_abort(g);
			return;
		}
	}
	guard_again(g);
}
