#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "http/cors.h"
#include "http/exchange.h"
#include "http/log.h"
#include "http/metrics.h"
#include "http/problem.h"
#include "http/rate.h"
#include "http/reply.h"
#include "http/settings.h"
#include "http/trace.h"
#include "http/uploads.h"
#include "problems.h"

#define PADDED_TO	4096U		/* octets: whoever counts them on the wire learns nothing of the text */
#define TOGETHER_MAX	(64UL * 1024)	/* octets of a body worth copying behind its head */

/* A field's value in the arena; NULL when the client did not send it. */
static const char *
field(struct exchange *x, const struct framing *f, enum framing_field name)
{
	long	 length = framing_value(f, name, NULL, 0);
	char	*value;

	if (length < 0)
		return (NULL);
	value = arena_alloc(x->arena, (size_t)length + 1);
	(void)framing_value(f, name, value, (size_t)length + 1);
	return (value);
}

void
exchange_fill(struct exchange *x, const struct framing *f)
{
	static const enum framing_field	fields[ENGINE_HEADERS] = {
		[ENGINE_AUTHORIZATION] = FRAMING_AUTHORIZATION, [ENGINE_CONTENT_TYPE] = FRAMING_CONTENT_TYPE,
		[ENGINE_ACCEPT] = FRAMING_ACCEPT, [ENGINE_ACCEPT_LANGUAGE] = FRAMING_ACCEPT_LANGUAGE,
		[ENGINE_IF_MATCH] = FRAMING_IF_MATCH, [ENGINE_IF_NONE_MATCH] = FRAMING_IF_NONE_MATCH,
		[ENGINE_IDEMPOTENCY_KEY] = FRAMING_IDEMPOTENCY_KEY,
		[ENGINE_METHOD_OVERRIDE] = FRAMING_METHOD_OVERRIDE, [ENGINE_RANGE] = FRAMING_RANGE,
		[ENGINE_IF_RANGE] = FRAMING_IF_RANGE, [ENGINE_CONTENT_DIGEST] = FRAMING_CONTENT_DIGEST,
		[ENGINE_TUS_RESUMABLE] = FRAMING_TUS_RESUMABLE, [ENGINE_UPLOAD_LENGTH] = FRAMING_UPLOAD_LENGTH,
		[ENGINE_UPLOAD_DEFER_LENGTH] = FRAMING_UPLOAD_DEFER_LENGTH,
		[ENGINE_UPLOAD_OFFSET] = FRAMING_UPLOAD_OFFSET, [ENGINE_UPLOAD_METADATA] = FRAMING_UPLOAD_METADATA,
		[ENGINE_UPLOAD_CHECKSUM] = FRAMING_UPLOAD_CHECKSUM
	};
	struct engine_call	*call = &x->call;
	const char		*origin;
	size_t			 i;

	call->arena = x->arena;
	call->owner = x;
	call->path = arena_dup(x->arena, f->path.text, f->path.length);
	if (f->query.text != NULL)
		call->query = arena_dup(x->arena, f->query.text, f->query.length);
	for (i = 0; i < ENGINE_HEADERS; i++)
		call->headers[i] = field(x, f, fields[i]);
	x->method = framing_methods[f->method];
	x->head = f->method == FRAMING_HEAD;
	x->options = f->method == FRAMING_OPTIONS;
	call->method = x->head ? "GET" : x->method;
	if (x->head)
		call->headers[ENGINE_RANGE] = NULL;	/* of GET alone */
	origin = field(x, f, FRAMING_ORIGIN);
	if (cors_allows(settings.cors, origin))
		x->origin = origin;
	trace_take(field(x, f, FRAMING_TRACEPARENT), x->trace);
	x->since = guard_since(x->guard);
}

/* Is this a reporter's route, or one of which no line is written? So for a method it does not have. */
static bool
route_is(const struct engine_call *call, bool (*trait)(const struct contract_op *))
{
	size_t	i;

	if (call->op != NULL)
		return (trait(call->op));
	for (i = 0; call->route != NULL && i < CONTRACT_METHODS; i++)
		if (call->route->ops[i] != NULL && trait(call->route->ops[i]))
			return (true);
	return (false);
}

static bool
is_quiet(const struct contract_op *op)
{
	return (op->quiet);
}

static bool
is_shy(const struct contract_op *op)
{
	return (op->shy);
}

void
exchange_note(struct exchange *x, int status)
{
	const struct contract_op	*op = x->call.op;
	uint64_t			 ms = clock_ms() - x->since;

	if (x->logged)
		return;
	x->logged = true;
	if (op == NULL && route_is(&x->call, is_shy))
		return;		/* there is no series of it that is told by the hour */
	metrics_request(op, status, ms);
	if (route_is(&x->call, is_quiet))
		return;
	log_request(&(struct log_request){ .method = x->method, .status = status, .ms = ms, .trace_id = x->trace,
	    .route = x->call.route == NULL ? NULL : x->call.route->path, .actor = x->call.actor });
}

/* Head, then body or its first stretch. Decides here, at the last moment, whether the connection is kept. */
static void
send_reply(struct exchange *x, struct reply *reply, const char *body, size_t length)
{
	struct buf	head;

	if (settings.cors != NULL)
		reply_field(reply, "Vary", "Origin");
	if (x->origin != NULL)
		cors_fields(reply, x->origin);
	reply->length = length;
	reply->stretches = x->stretches;
	reply->chunked = x->chunked;
	x->keep = guard_keeps(x->guard);
	reply->close = !x->keep;
	buf_init(&head, x->arena);
	reply_head(&head, reply);
	if (x->head || reply->status == 204 || reply->status == 304 || x->stretches)
		length = 0;
	/* together they leave in one call, where Kore would cut them after 8 KiB */
	if (length <= TOGETHER_MAX && x->call.reply.file < 0)
		buf_add(&head, body, length);
	guard_queue(x->guard, head.data, head.length);
	exchange_note(x, reply->status);
	if (x->stretches && !x->head) {
		exchange_stretch(x);
		return;
	}
	if (x->call.reply.file >= 0 && length > 0) {
		guard_queue_file(x->guard, x->call.reply.file, x->call.reply.offset, length);
		x->call.reply.file = -1;
	} else if (length > TOGETHER_MAX) {
		guard_queue(x->guard, body, length);
	}
	guard_finish(x->guard, x->keep);
	x->step = EXCHANGE_OVER;
}

static const char *
render(struct exchange *x, struct reply *reply, size_t *length)
{
	const struct engine_refusal	*r = &x->call.reply.refusal;
	enum language			 language = language_choose(x->call.headers[ENGINE_ACCEPT_LANGUAGE]);
	bool				 quiet = route_is(&x->call, is_quiet);
	struct problem_body			 problem = {
		.problem = r->problem, .detail_zh = r->detail, .detail_en = r->detail, .instance = x->call.path,
		.errors = r->errors, .extra = r->extra, .trace_id = quiet ? NULL : x->trace
	};

	problem_fields(reply, language);
	return (problem_render(x->arena, &problem, language, length));
}

/* Blanks behind a body of JSON or HTML mean nothing. */
static const char *
padded(struct exchange *x, const char *body, size_t *length)
{
	size_t	 whole = (*length + PADDED_TO - 1) / PADDED_TO * PADDED_TO;
	char	*more;

	if (*length == 0 || body == NULL)
		return (body);
	more = arena_alloc(x->arena, whole);
	memcpy(more, body, *length);
	memset(more + *length, ' ', whole - *length);
	*length = whole;
	return (more);
}

/* Receipts that nobody holds are answered so often a minute, whoever asks. */
static void
judge_receipt(struct exchange *x)
{
	struct engine_refusal	*r = &x->call.reply.refusal;
	unsigned		 wait;

	if (r->problem != PROBLEM_RECEIPT_UNKNOWN || (wait = rate_take(RATE_RECEIPTS, clock_ms())) == 0)
		return;
	engine_refuse(&x->call, PROBLEM_TOO_MANY_REQUESTS, NULL);
	r->retry_after = wait;
}

/* Who says on this route that something was refused; NULL: problem+json does. */
static contract_handler *
refusal(const struct engine_call *call)
{
	contract_handler	*found = NULL;
	size_t			 i;

	if (call->op != NULL)
		return (call->op->refusal);
	for (i = 0; call->route != NULL && i < CONTRACT_METHODS && found == NULL; i++)	/* 405 */
		if (call->route->ops[i] != NULL)
			found = call->route->ops[i]->refusal;
	return (found);
}

/* Does the refusal wait for its row? What is overloaded or broken is not asked for more. */
static bool
refusal_waits(struct exchange *x)
{
	const struct engine_refusal	*r = &x->call.reply.refusal;
	int				 status = r->problem < 0 ? 0 : contract_problems[r->problem].status;

	if (x->refused || status == 0 || status >= 500 || r->problem == PROBLEM_TOO_MANY_REQUESTS ||
	    x->call.op == NULL || x->call.op->refused == NULL)
		return (false);
	x->refused = true;
	x->done = false;
	x->step = EXCHANGE_REFUSING;
	return (!engine_refused(&x->call));
}

/* The body of a refusal. */
static const char *
refuse(struct exchange *x, struct reply *reply, size_t *length)
{
	const struct engine_refusal	*r = &x->call.reply.refusal;
	contract_handler		*own = refusal(&x->call);

	reply->status = contract_problems[r->problem].status;
	if (r->retry_after > 0)
		reply_field(reply, "Retry-After", arena_format(x->arena, "%u", r->retry_after));
	if (own == NULL)
		return (render(x, reply, length));
	own(&x->call);
	*length = x->call.reply.length;
	return (x->call.reply.body);
}

void
exchange_answer(struct exchange *x)
{
	const struct engine_reply	*r = &x->call.reply;
	struct reply			 reply = { .status = r->status };
	const char			*body = r->body;
	size_t				 i, length = r->length;

	if (!x->refused)
		judge_receipt(x);
	if (refusal_waits(x))
		return;
	if (x->options && r->refusal.problem == PROBLEM_METHOD_NOT_ALLOWED) {
		reply.status = 204;
		length = 0;
	} else if (r->refusal.problem >= 0) {
		body = refuse(x, &reply, &length);
	}
	for (i = 0; i < r->nfields; i++)
		if (r->refusal.problem < 0 || !reply_has(&reply, r->fields[i].name))
			reply_field(&reply, r->fields[i].name, r->fields[i].value);
	uploads_fields(&x->call, x->options, &reply);
	if (r->file < 0 && route_is(&x->call, is_shy))
		body = padded(x, body, &length);
	x->stretches = r->more && r->refusal.problem < 0;
	x->chunked = x->stretches && !guard_framing(x->guard)->http10;	/* 1.0: ends with the connection */
	send_reply(x, &reply, body, length);
}

void
exchange_stretch(struct exchange *x)
{
	const struct engine_reply	*r = &x->call.reply;
	char				 size[24];

	if (r->broken) {
		guard_abort(x->guard);
		x->step = EXCHANGE_OVER;
		return;
	}
	if (x->chunked && r->length > 0)
		guard_queue(x->guard, size, (size_t)snprintf(size, sizeof(size), "%zx\r\n", r->length));
	guard_queue(x->guard, r->body, r->length);
	if (x->chunked && r->length > 0)
		guard_queue(x->guard, "\r\n", 2);
	if (r->more) {
		x->step = EXCHANGE_STREAMING;
		guard_push(x->guard);
		return;
	}
	if (x->chunked)
		guard_queue(x->guard, "0\r\n\r\n", 5);
	guard_finish(x->guard, x->keep);
	x->step = EXCHANGE_OVER;
}

void
exchange_options(struct exchange *x, bool preflight)
{
	struct reply	reply = { .status = 204 };

	if (preflight)
		cors_preflight(&reply);
	else
		reply_field(&reply, "Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
	send_reply(x, &reply, NULL, 0);
}
