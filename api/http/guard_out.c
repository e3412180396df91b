#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <kore/kore.h>
#include <kore/http.h>

#include "base/arena.h"
#include "base/clock.h"
#include "contract/contract.h"
#include "http/cors.h"
#include "http/guard_state.h"
#include "http/log.h"
#include "http/metrics.h"
#include "http/problem.h"
#include "http/reply.h"
#include "http/settings.h"
#include "http/trace.h"
#include "problems.h"

static const struct {
	int		 problem;
	const char	*zh, *en;
} faults[FRAMING_FAULTS] = {
	[FRAMING_BAD_LINE] = { PROBLEM_MALFORMED_REQUEST, "请求行不合规：应为“方法 空格 目标 空格 HTTP/1.1”",
	    "the request line is not: method, space, target, space, HTTP/1.1" },
	[FRAMING_BAD_TARGET] = { PROBLEM_MALFORMED_REQUEST, "请求目标不合规：须以 / 开头，转义须完整且为 UTF-8",
	    "the target must begin with / and its escapes must be whole and UTF-8" },
	[FRAMING_BAD_OCTET] = { PROBLEM_MALFORMED_REQUEST, "请求头中有控制字符，或换行不是 CR LF",
	    "control characters in the header, or a line that does not end in CR LF" },
	[FRAMING_BAD_FIELD] = { PROBLEM_MALFORMED_REQUEST, "请求头字段不合规",
	    "a header field is malformed" },
	[FRAMING_FOLDED] = { PROBLEM_MALFORMED_REQUEST, "请求头字段不得折行",
	    "header fields must not be folded over lines" },
	[FRAMING_BAD_HOST] = { PROBLEM_MALFORMED_REQUEST, "须有且只有一个合规的 Host",
	    "exactly one well-formed Host field is required" },
	[FRAMING_REPEATED] = { PROBLEM_MALFORMED_REQUEST, "只许出现一次的请求头字段出现了多次",
	    "a header field that may stand once stands more than once" },
	[FRAMING_BAD_LENGTH] = { PROBLEM_MALFORMED_REQUEST, "Content-Length 须为纯数字",
	    "Content-Length must be digits alone" },
	[FRAMING_BOTH_LENGTHS] = { PROBLEM_MALFORMED_REQUEST, "Content-Length 与 Transfer-Encoding 不得同时出现",
	    "Content-Length and Transfer-Encoding must not stand together" },
	[FRAMING_BAD_CODING] = { PROBLEM_MALFORMED_REQUEST, "Transfer-Encoding 须以 chunked 结尾，且只许 HTTP/1.1",
	    "Transfer-Encoding must end in chunked, once, and needs HTTP/1.1" },
	[FRAMING_UNKNOWN_CODING] = { PROBLEM_NOT_IMPLEMENTED, "只支持 chunked 传输编码",
	    "chunked is the only transfer coding known here" },
	[FRAMING_UNWANTED_BODY] = { PROBLEM_MALFORMED_REQUEST, "此方法不得带请求体",
	    "a request of this method takes no body" },
	[FRAMING_BAD_EXPECTATION] = { PROBLEM_EXPECTATION_FAILED, NULL, NULL },
	[FRAMING_LONG_TARGET] = { PROBLEM_URI_TOO_LONG, NULL, NULL },
	[FRAMING_LARGE_BLOCK] = { PROBLEM_HEADER_FIELDS_TOO_LARGE, NULL, NULL },
	[FRAMING_MANY_FIELDS] = { PROBLEM_HEADER_FIELDS_TOO_LARGE, NULL, NULL },
	[FRAMING_UNKNOWN_METHOD] = { PROBLEM_NOT_IMPLEMENTED, "没有这种请求方法", "this method is not known here" },
	[FRAMING_UNKNOWN_VERSION] = { PROBLEM_HTTP_VERSION_NOT_SUPPORTED, NULL, NULL },
	[FRAMING_CUT] = { PROBLEM_MALFORMED_REQUEST, "请求头没有发完，连接就断了",
	    "the connection ended within the header" },
	[FRAMING_SLOW] = { PROBLEM_REQUEST_TIMEOUT, NULL, NULL },
};

/* Kore's c->write, for net_send_flush(): as much as the socket takes, a quantum a turn. */
int
guard_write(struct connection *c, size_t length, size_t *written)
{
	struct guard	*g = guard_of(c);
	ssize_t		 n;

	(void)length;		/* Kore's 8 KiB pieces: the whole buffer goes in one call instead */
	*written = 0;
	if (g->turn_out >= GUARD_QUANTUM) {
		c->evt.flags &= ~KORE_EVENT_WRITE;
		guard_again(g);
		return (KORE_RESULT_OK);
	}
	length = c->snb->b_len - c->snb->s_off;
	n = send(c->fd, c->snb->buf + c->snb->s_off, length < GUARD_QUANTUM ? length : GUARD_QUANTUM, MSG_NOSIGNAL);
	if (n == -1) {
		if (errno == EAGAIN)
			c->evt.flags &= ~KORE_EVENT_WRITE;
		return (errno == EAGAIN || errno == EINTR ? KORE_RESULT_OK : KORE_RESULT_ERROR);
	}
	*written = (size_t)n;
	g->turn_out += (size_t)n;
	if (g->phase == GUARD_SEND || g->pushing)
		g->deadline = clock_ms() + settings.send_ms;	/* progress: however slow, it goes on */
	return (KORE_RESULT_OK);
}

void
guard_queue(struct guard *g, const void *bytes, size_t length)
{
	if (g->phase != GUARD_OVER && length > 0)
		net_send_queue(g->c, bytes, length);
}

static unsigned	files;

unsigned
guard_files(void)
{
	return (files);
}

void
guard_file_drop(struct guard *g)
{
	if (g->file == -1)
		return;
	(void)close(g->file);
	g->file = -1;
	files--;
}

void
guard_queue_file(struct guard *g, int fd, uint64_t offset, uint64_t length)
{
	if (g->phase == GUARD_OVER || length == 0) {
		(void)close(fd);
		return;
	}
	/* read ahead while what was asked for before is on its way: the loop must not wait for the disk */
	(void)posix_fadvise(fd, (off_t)offset, (off_t)length, POSIX_FADV_SEQUENTIAL);
	g->file = fd;
	g->file_at = offset;
	g->file_left = length;
	files++;
}

/* As much of the file as the socket takes, a quantum a turn. Kore's own way of sending files repeats a part after a
 * partial send. True once all of it is sent; false: more later, or the connection is no more. */
static bool
guard_send_file(struct guard *g)
{
	off_t	at;
	ssize_t	n;

	while (g->file_left > 0) {
		if (g->turn_out >= GUARD_QUANTUM) {
			guard_again(g);
			return (false);
		}
		at = (off_t)g->file_at;
		n = sendfile(g->c->fd, g->file, &at, g->file_left < GUARD_QUANTUM ? (size_t)g->file_left : GUARD_QUANTUM);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN) {
			g->c->evt.flags &= ~KORE_EVENT_WRITE;
			return (false);
		}
		if (n <= 0) {		/* 0: the file is shorter than was said */
			guard_abort(g);
			return (false);
		}
		g->file_at += (uint64_t)n;
		g->file_left -= (uint64_t)n;
		g->turn_out += (size_t)n;
		g->deadline = clock_ms() + settings.send_ms;
	}
	guard_file_drop(g);
	return (true);
}

void
guard_push(struct guard *g)
{
	g->pushing = true;
	g->deadline = clock_ms() + settings.send_ms;
	g->turn_out = 0;
	/* the news must not come from inside this call: have the loop bring it */
	guard_again(g);
}

bool
guard_keeps(const struct guard *g)
{
	const struct framing	*f = &g->framing;

	if (f->close || f->http10 || g->eof || g->hangup || guard_draining())
		return (false);
	if (g->received)
		return (true);
	/* an unread body: skip it when it is small and the client sends it unasked */
	return (g->body == NULL && !f->expect && (f->chunked || f->length <= GUARD_SKIP));
}

/* On to the next request. */
void
guard_next(struct guard *g)
{
	g->seen = 0;
	g->served = true;
	g->blank = false;
	g->body = NULL;
	guard_phase_to(g, GUARD_HEAD);
	if (g->start < g->end || (g->c->evt.flags & KORE_EVENT_READ))
		guard_again(g);
}

/* The answer has left. */
static void
guard_sent(struct guard *g)
{
	if (g->ending) {
		if (g->eof || shutdown(g->c->fd, SHUT_WR) == -1) {
			guard_abort(g);
			return;
		}
		guard_phase_to(g, GUARD_LINGER);
		guard_again(g);
	} else if (!g->received) {
		body_start(&g->skip, body_discard, g->framing.chunked, g->framing.length, GUARD_SKIP);
		g->octets = 0;
		g->since = clock_ms();
		guard_phase_to(g, GUARD_SKIPPING);
		guard_skip(g);
	} else {
		guard_next(g);
	}
}

void
guard_flush(struct guard *g)
{
	if (!net_send_flush(g->c)) {
		guard_abort(g);
		return;
	}
	if (g->phase == GUARD_OVER || !TAILQ_EMPTY(&g->c->send_queue) || (g->file != -1 && !guard_send_file(g)))
		return;
	if (g->phase == GUARD_SEND) {
		guard_sent(g);
	} else if (g->pushing) {
		g->pushing = false;
		g->deadline = 0;
		guard_tell(g, GUARD_SENT);
	}
}

void
guard_finish(struct guard *g, bool keep)
{
	if (g->phase == GUARD_OVER)
		return;
	guard_watch(g, NULL, NULL);
	g->start += g->block;
	g->block = 0;
	g->pushing = false;
	g->ending = !keep;
	g->turn_out = 0;
	guard_phase_to(g, GUARD_SEND);
	guard_flush(g);
}

/* Answer what never became a request, and close. The trace id is a fresh one: the client's own may not be named
 * before it is known that the route is not a reporter's. */
static void
guard_answer(struct guard *g, struct problem_body problem)
{
	struct arena	*arena = arena_create();
	struct reply	 reply = { .status = contract_problems[problem.problem].status, .close = true };
	enum language	 language;
	char		 accept[256], origin[256], trace[33];
	size_t		 length;
	const char	*body;
	struct buf	 head;

	language = language_choose(framing_value(&g->framing, FRAMING_ACCEPT_LANGUAGE, accept, sizeof(accept)) < 0 ?
	    NULL : accept);
	trace_take(NULL, trace);
	problem.trace_id = trace;
	body = problem_render(arena, &problem, language, &length);
	reply.length = length;
	problem_fields(&reply, language);
	if (problem.retry_after > 0)
		reply_field(&reply, "Retry-After", arena_format(arena, "%u", problem.retry_after));
	if (framing_value(&g->framing, FRAMING_ORIGIN, origin, sizeof(origin)) >= 0 &&
	    cors_allows(settings.cors, origin))
		cors_fields(&reply, origin);
	buf_init(&head, arena);
	reply_head(&head, &reply);
	guard_queue(g, head.data, head.length);
	if (g->framing.nlines == 0 || g->framing.method != FRAMING_HEAD)
		guard_queue(g, body, length);
	log_request(&(struct log_request){ .method = "-", .status = reply.status, .trace_id = trace,
	    .ms = clock_ms() - g->since });
	metrics_request(NULL, reply.status, clock_ms() - g->since);
	arena_destroy(arena);
	g->start = g->end;
	g->block = 0;
	guard_finish(g, false);
}

void
guard_refuse(struct guard *g, enum framing_fault fault)
{
	struct problem_body	problem = {
		.problem = faults[fault].problem, .detail_zh = faults[fault].zh, .detail_en = faults[fault].en
	};

	guard_answer(g, problem);
}

void
guard_refuse_load(struct guard *g)
{
	struct problem_body	problem = { .problem = PROBLEM_OVERLOADED, .retry_after = 1 };

	guard_answer(g, problem);
}
