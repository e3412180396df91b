#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <kore/kore.h>
#include <kore/http.h>

#include "base/clock.h"
#include "http/guard_state.h"
#include "http/settings.h"

/* What Kore gets to see of every request. */
static const char	kore_block[] = "GET / HTTP/1.1\r\nhost: guard\r\n\r\n";

static void	guard_event(void *, int);
static void	guard_gone(struct connection *);

void
guard_connect(struct connection *c)
{
	struct guard	*g;
	int		 unsent = GUARD_UNSENT;

	guard_make_room();
	g = kore_calloc(1, sizeof(*g));		/* Kore frees hdlr_extra with the connection */
	g->c = c;
	g->in = kore_malloc(GUARD_ROOM);
	g->file = -1;
	c->hdlr_extra = g;
	c->proto = CONN_PROTO_HTTP;
	c->evt.flags = 0;
	c->evt.handle = guard_event;
	c->write = guard_write;
	c->disconnect = guard_gone;
	c->http_timeout = 0;		/* all clocks are ours: guard_clock.c */
	c->idle_timer.length = UINT64_MAX;
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
	net_recv_queue(c, sizeof(kore_block), NETBUF_CALL_CB_ALWAYS, http_header_recv);
	guard_phase_to(g, GUARD_HEAD);
}

void
guard_connect_metrics(struct connection *c)
{
	guard_connect(c);
	guard_of(c)->metrics = true;
}

struct guard *
guard_of(struct connection *c)
{
	return (c->hdlr_extra);
}

bool
guard_is_metrics(const struct guard *g)
{
	return (g->metrics);
}

const struct framing *
guard_framing(const struct guard *g)
{
	return (&g->framing);
}

uint64_t
guard_since(const struct guard *g)
{
	return (g->since);
}

void
guard_watch(struct guard *g, void (*news)(void *, enum guard_news), void *owner)
{
	g->news = news;
	g->owner = owner;
}

void
guard_tell(struct guard *g, enum guard_news news)
{
	if (g->news != NULL)
		g->news(g->owner, news);
}

/* The one place where the phase changes, and with it the clock. */
void
guard_phase_to(struct guard *g, enum guard_phase phase)
{
	uint64_t	now = clock_ms();

	if (g->phase == GUARD_OVER)
		return;
	g->phase = phase;
	switch (phase) {
	case GUARD_HEAD:
		g->deadline = now + settings.idle_ms;
		break;
	case GUARD_BODY:
	case GUARD_SKIPPING:
		g->deadline = now + settings.body_ms;
		break;
	case GUARD_SEND:
		g->deadline = now + settings.send_ms;
		break;
	case GUARD_LINGER:
		g->since = now;
		g->deadline = now + 2000;
		break;
	case GUARD_BUSY:
	case GUARD_OVER:
		g->deadline = 0;
		break;
	}
}

void
guard_again(struct guard *g)
{
	/* changing an edge-triggered registration reports what is ready now once more */
	kore_platform_event_all(g->c->fd, g->c);
}

static void
guard_gone(struct connection *c)
{
	struct guard	*g = guard_of(c);

	guard_phase_to(g, GUARD_OVER);
	guard_tell(g, GUARD_GONE);
	guard_watch(g, NULL, NULL);
	guard_file_drop(g);
	kore_free(g->in);
	g->in = NULL;
}

void
guard_abort(struct guard *g)
{
	kore_connection_disconnect(g->c);
}

/* Read once into the room after what is unread. */
enum guard_fill
guard_fill(struct guard *g)
{
	size_t	room;
	ssize_t	n;

	if (g->eof)
		return (GUARD_FILL_EOF);
	if (!(g->c->evt.flags & KORE_EVENT_READ))
		return (GUARD_FILL_NONE);
	if (g->start == g->end) {
		g->start = g->end = 0;
	} else if (g->start > 0) {
		memmove(g->in, g->in + g->start, g->end - g->start);
		g->end -= g->start;
		g->start = 0;
	}
	room = GUARD_ROOM - g->end;
	do {
		n = recv(g->c->fd, g->in + g->end, room, 0);
	} while (n == -1 && errno == EINTR);
	if (n == -1 && errno != EAGAIN)
		return (GUARD_FILL_DEAD);
	if (n == -1 || ((size_t)n < room && !g->hangup))
		g->c->evt.flags &= ~KORE_EVENT_READ;	/* the next octet makes a new event */
	if (n == -1)
		return (GUARD_FILL_NONE);
	if (n == 0) {
		g->eof = true;
		return (GUARD_FILL_EOF);
	}
	g->end += (size_t)n;
	g->turn_in += (size_t)n;
	return (GUARD_FILL_SOME);
}

/* A checked request: have Kore make its own of it, which calls api_entry() in this turn of the loop. */
static void
guard_begin(struct guard *g)
{
	struct netbuf	*nb = g->c->rnb;

	if (http_request_count >= http_request_limit) {
		guard_refuse_load(g);
		return;
	}
	g->received = !g->framing.chunked && g->framing.length == 0;
	guard_phase_to(g, GUARD_BUSY);
	net_recv_reset(g->c, sizeof(kore_block), http_header_recv);
	memcpy(nb->buf, kore_block, sizeof(kore_block) - 1);
	nb->s_off = sizeof(kore_block) - 1;
	if (http_header_recv(nb) != KORE_RESULT_OK || TAILQ_EMPTY(&g->c->http_requests))
		guard_abort(g);
}

/* Look at what is unread. True when there is nothing more to do for now. */
static bool
guard_look(struct guard *g)
{
	enum framing_fault	fault;
	size_t			n = g->end - g->start;

	if (!g->blank && g->seen == 0 && n > 0 && g->in[g->start] == '\r') {
		if (n == 1)
			return (false);
		g->blank = true;			/* one empty line before a request is forgiven */
		if (g->in[g->start + 1] == '\n')
			g->start += 2;
		n = g->end - g->start;
	}
	if (n == 0)
		return (false);
	if (g->seen == 0) {
		g->since = clock_ms();
		g->deadline = g->since + settings.header_ms;
	}
	fault = framing_scan(g->in + g->start, n, g->seen, &g->block);
	g->seen = n;
	g->framing.nlines = 0;
	if (fault == FRAMING_GOOD && g->block == 0)
		return (false);
	if (fault == FRAMING_GOOD)
		fault = framing_parse(g->in + g->start, g->block, &g->framing);
	if (fault != FRAMING_GOOD)
		guard_refuse(g, fault);
	else
		guard_begin(g);
	return (true);
}

static void
guard_head(struct guard *g)
{
	while (!guard_look(g)) {
		switch (guard_fill(g)) {
		case GUARD_FILL_SOME:
			continue;
		case GUARD_FILL_NONE:
			return;
		case GUARD_FILL_EOF:
			if (g->end > g->start) {
				guard_refuse(g, FRAMING_CUT);
				return;
			}
			/* FALLTHROUGH */
		case GUARD_FILL_DEAD:
			guard_abort(g);
			return;
		}
	}
}

/* While a request is worked on nothing is read; only a reset ends it early. A client that has merely
 * ended its own side still wants its answer. */
static void
guard_peek(struct guard *g)
{
	char	octet;

	if (recv(g->c->fd, &octet, 1, MSG_PEEK) == -1 && errno != EAGAIN && errno != EINTR)
		guard_abort(g);
}

/* Kore's event handler for our connections. */
static void
guard_event(void *arg, int error)
{
	struct connection	*c = arg;
	struct guard		*g = guard_of(c);

	if (c->state == CONN_STATE_DISCONNECTING)
		return;
	g->turn_in = g->turn_out = 0;
	if (error) {
		g->hangup = true;
		c->evt.flags |= KORE_EVENT_READ;
	}
	if (!TAILQ_EMPTY(&c->send_queue) || g->phase == GUARD_SEND)
		guard_flush(g);
	switch (g->phase) {
	case GUARD_HEAD:
		guard_head(g);
		break;
	case GUARD_BODY:
		guard_body(g);
		break;
	case GUARD_SKIPPING:
		guard_skip(g);
		break;
	case GUARD_LINGER:
		guard_linger(g);
		break;
	case GUARD_BUSY:
	case GUARD_SEND:
		if (error)
			guard_peek(g);
		break;
	case GUARD_OVER:
		break;
	}
}
