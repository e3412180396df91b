#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "http/entry.h"
#include "http/exchange.h"
#include "http/rate.h"
#include "http/receive.h"
#include "http/uploads.h"
#include "problems.h"

static void	entry_free(struct http_request *);
static void	entry_news(void *, enum guard_news);
static void	entry_done(struct engine_call *);
static void	entry_admitted(struct exchange *);

static struct exchange *
entry_begin(struct http_request *req)
{
	struct exchange	*x = http_state_create(req, sizeof(*x), entry_free);

	x->request = req;
	x->arena = arena_create();
	x->guard = guard_of(req->owner);
	x->call.done = entry_done;
	x->call.reply.refusal.problem = -1;
	x->call.reply.file = -1;
	exchange_fill(x, guard_framing(x->guard));
	guard_watch(x->guard, entry_news, x);
	return (x);
}

/* Answered, or the client is gone: Kore frees the request. */
static void
entry_free(struct http_request *req)
{
	struct exchange	*x = http_state_get(req);

	if (x->guard != NULL)
		guard_watch(x->guard, NULL, NULL);
	exchange_note(x, 499);
	if (x->opened)
		engine_close(&x->call);
	body_free(&x->body);
	intake_leave(x->intake);
	arena_destroy(x->arena);
}

/* The connection has news. Only notes it: the handler runs again in this turn of the loop. */
static void
entry_news(void *owner, enum guard_news news)
{
	struct exchange	*x = owner;

	x->news = news;
	if (news == GUARD_GONE)
		x->guard = NULL;
	http_request_wakeup(x->request);
}

static void
entry_done(struct engine_call *call)
{
	struct exchange	*x = call->owner;

	x->done = true;
	http_request_wakeup(x->request);
}

/* A task of the intake has ended. */
static void
entry_task_done(void *owner)
{
	struct exchange	*x = owner;

	x->done = true;
	http_request_wakeup(x->request);
}

/* The intake wants more of the body. */
static void
entry_resume(void *owner)
{
	struct exchange	*x = owner;

	if (x->guard != NULL)
		guard_resume(x->guard);
}

/* The engine has answered; what it answered with may have to be settled before it is said. */
static void
entry_answer(struct exchange *x)
{
	x->done = false;
	if (receive_settle(x))
		x->step = EXCHANGE_SETTLING;
	else
		exchange_answer(x);
}

/* The engine has the call: now, or with done(). */
static void
entry_ran(struct exchange *x, bool complete)
{
	x->step = EXCHANGE_RUNNING;
	if (complete)
		entry_answer(x);
}

static void
entry_refuse(struct exchange *x, int problem)
{
	engine_refuse(&x->call, problem, NULL);
	exchange_answer(x);
}

/* What strangers may write without a receipt is capped for all together, so that a flood of it leaves room for the rest. */
static bool
entry_admits(struct exchange *x)
{
	const struct contract_op	*op = x->call.op;
	unsigned			 wait;

	if (!op->shy || op->caller == CONTRACT_RECEIPT_HOLDER || (op->secret == NULL && !op->file_body) ||
	    (op->caller == CONTRACT_KEY_OR_NOBODY && x->call.headers[ENGINE_AUTHORIZATION] != NULL) || (wait = rate_take(RATE_REPORTS, clock_ms())) == 0)
		return (true);
	engine_refuse(&x->call, PROBLEM_TOO_MANY_REQUESTS, NULL);
	x->call.reply.refusal.retry_after = wait;
	return (false);
}

/* A form that is refused shows what was typed: it has to come whole before it is. */
static bool
entry_admits_late(const struct exchange *x)
{
	return (x->call.op->refusal != NULL && !x->call.op->file_body);
}

static void
entry_run(struct exchange *x)
{
	x->call.body = x->body.data;
	x->call.body_length = (size_t)x->body.length;
	if (entry_admits_late(x) && !entry_admits(x))
		exchange_answer(x);
	else
		entry_ran(x, engine_run(&x->call));
}

/* A file has come whole, and is kept unless something else comes first. */
static void
entry_keep(struct exchange *x, enum receive_result result)
{
	switch (result) {
	case RECEIVE_ASK:
		x->step = EXCHANGE_ADMITTING;
		if (engine_admit(&x->call))
			entry_admitted(x);
		break;
	case RECEIVE_KEEPING:
		x->step = EXCHANGE_KEEPING;
		break;
	case RECEIVE_REFUSED:
		exchange_answer(x);
		break;
	case RECEIVE_RUN:
		entry_ran(x, engine_run(&x->call));
		break;
	}
}

static void
entry_received(struct exchange *x, enum guard_news news)
{
	switch (news) {
	case GUARD_BODY_DONE:
		if (x->intake != NULL && intake_drain(x->intake))
			x->step = EXCHANGE_DRAINING;
		else if (x->intake != NULL)
			entry_keep(x, receive_whole(x));
		else
			entry_run(x);
		break;
	case GUARD_BODY_TOO_LARGE:
		if (x->intake == NULL) {
			entry_ran(x, engine_refuse_late(&x->call, PROBLEM_PAYLOAD_TOO_LARGE));
			break;
		}
		/* FALLTHROUGH */
	case GUARD_BODY_NO_ROOM:
		if (x->intake != NULL) {
			receive_refuse(x);
			exchange_answer(x);
			break;
		}
		engine_refuse(&x->call, PROBLEM_OVERLOADED, NULL);
		x->call.reply.refusal.retry_after = 1;
		exchange_answer(x);
		break;
	case GUARD_BODY_SLOW:
		entry_refuse(x, PROBLEM_REQUEST_TIMEOUT);
		break;
	case GUARD_BODY_MALFORMED:
	case GUARD_BODY_CUT:
		entry_refuse(x, PROBLEM_MALFORMED_REQUEST);
		break;
	case GUARD_WAIT:
		x->step = EXCHANGE_RECEIVING;
		break;
	case GUARD_SENT:
	case GUARD_GONE:
		guard_abort(x->guard);
		x->step = EXCHANGE_OVER;
		break;
	}
}

/* Compressed bodies are not taken: a few octets could become any number. */
static bool
entry_encoded(const struct framing *f)
{
	char	coding[16];

	return (framing_value(f, FRAMING_CONTENT_ENCODING, coding, sizeof(coding)) >= 0 &&
	    strcasecmp(coding, "identity") != 0);
}

/* The engine has said whether the file may come. */
static void
entry_admitted(struct exchange *x)
{
	x->done = false;
	if (x->call.reply.refusal.problem < 0 && x->intake != NULL)
		entry_keep(x, receive_keep(x));
	else if (x->call.reply.refusal.problem < 0 && receive_begin(x, entry_task_done, entry_resume))
		entry_received(x, guard_receive(x->guard, &x->intake->body));
	else
		exchange_answer(x);
}

/* A file is announced: who sends it, and may it come, before its first octet. */
static void
entry_file(struct exchange *x, const struct framing *f)
{
	if (!f->chunked && f->length == 0 && !uploads_is(x->call.op)) {
		entry_ran(x, engine_refuse_late(&x->call, PROBLEM_EMPTY_FILE));
		return;
	}
	if (entry_encoded(f)) {
		entry_ran(x, engine_refuse_late(&x->call, PROBLEM_UNSUPPORTED_MEDIA_TYPE));
		return;
	}
	if (!f->chunked)
		engine_value_set(&x->call, "x_size", arena_format(x->arena, "%llu", (unsigned long long)f->length));
	x->step = EXCHANGE_ADMITTING;
	if (engine_admit(&x->call))
		entry_admitted(x);
}

/* The operation is known: does it want the body that is announced? */
static void
entry_body(struct exchange *x, const struct framing *f)
{
	const struct contract_op	*op = x->call.op;

	if (op->file_body) {
		entry_file(x, f);
	} else if (!f->chunked && f->length == 0) {
		if (op->body != NULL && op->body_required && !f->has_length)
			entry_ran(x, engine_refuse_late(&x->call, PROBLEM_LENGTH_REQUIRED));
		else
			entry_run(x);
	} else if (op->body == NULL) {
		entry_ran(x, engine_refuse_late(&x->call, PROBLEM_MALFORMED_REQUEST));
	} else if (entry_encoded(f)) {
		entry_ran(x, engine_refuse_late(&x->call, PROBLEM_UNSUPPORTED_MEDIA_TYPE));
	} else if (!f->chunked && f->length > op->body_max) {
		entry_ran(x, engine_refuse_late(&x->call, PROBLEM_PAYLOAD_TOO_LARGE));
	} else {
		body_start(&x->body, body_memory, f->chunked, f->length, op->body_max);
		entry_received(x, guard_receive(x->guard, &x->body));
	}
}

/* The port of HZ_METRICS_PORT serves these and nothing else. */
static bool
entry_is_health(const char *path)
{
	return (strcmp(path, "/metrics") == 0 || strcmp(path, "/livez") == 0 || strcmp(path, "/readyz") == 0);
}

static void
entry_first(struct exchange *x)
{
	const struct framing	*f = guard_framing(x->guard);
	bool			 preflight = x->origin != NULL && framing_value(f, FRAMING_CORS_METHOD, NULL, 0) >= 0;

	if (x->options && (preflight || strcmp(x->call.path, "*") == 0)) {
		exchange_options(x, preflight);
		return;
	}
	if (guard_is_metrics(x->guard) && !entry_is_health(x->call.path)) {
		entry_refuse(x, PROBLEM_NOT_FOUND);
		return;
	}
	x->opened = true;
	if (engine_open(&x->call) && (entry_admits_late(x) || entry_admits(x)))
		entry_body(x, f);
	else
		exchange_answer(x);
}

/* Woken: go on where the exchange stands. */
static void
entry_again(struct exchange *x)
{
	enum guard_news	news = x->news;

	x->news = GUARD_WAIT;
	switch (x->step) {
	case EXCHANGE_RECEIVING:
		if (news != GUARD_WAIT)
			entry_received(x, news);
		break;
	case EXCHANGE_ADMITTING:
		if (x->done)
			entry_admitted(x);
		break;
	case EXCHANGE_DRAINING:
		if (!x->done)
			break;
		x->done = false;
		entry_keep(x, receive_whole(x));
		break;
	case EXCHANGE_KEEPING:
		if (!x->done)
			break;
		x->done = false;
		if (receive_kept(x))
			entry_ran(x, engine_run(&x->call));
		else
			exchange_answer(x);
		break;
	case EXCHANGE_RUNNING:
		if (x->done)
			entry_answer(x);
		break;
	case EXCHANGE_SETTLING:
		if (!x->done)
			break;
		receive_settled(x);
		exchange_answer(x);
		break;
	case EXCHANGE_REFUSING:
		if (x->done)
			exchange_answer(x);
		break;
	case EXCHANGE_STREAMING:
		if (news != GUARD_SENT)
			break;
		x->done = false;
		x->step = EXCHANGE_FETCHING;
		if (engine_more(&x->call))
			exchange_stretch(x);
		break;
	case EXCHANGE_FETCHING:
		if (x->done)
			exchange_stretch(x);
		break;
	case EXCHANGE_OVER:
		break;
	}
}

int
api_entry(struct http_request *req)
{
	struct exchange	*x = http_state_get(req);

	if (x == NULL) {
		if (req->owner->state == CONN_STATE_DISCONNECTING)
			return (KORE_RESULT_OK);
		x = entry_begin(req);
		entry_first(x);
	} else if (x->guard != NULL) {
		entry_again(x);
	} else {
		x->step = EXCHANGE_OVER;
	}
	if (x->step == EXCHANGE_OVER)
		return (KORE_RESULT_OK);
	if (!x->done || x->step == EXCHANGE_STREAMING || x->step == EXCHANGE_RECEIVING)
		http_request_sleep(req);
	return (KORE_RESULT_RETRY);
}
