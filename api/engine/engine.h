/*
 * One request's way: open (match) → run (validate, bind, one pipelined transaction) → reply.
 * Knows neither Kore nor sockets: http/ fills the request and sends the reply.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"
#include "contract/contract.h"

/* Request headers the engine reads. http/ hands over each as a NUL-ended string or NULL. */
enum engine_header {
	ENGINE_AUTHORIZATION, ENGINE_CONTENT_TYPE, ENGINE_ACCEPT, ENGINE_ACCEPT_LANGUAGE,
	ENGINE_IF_MATCH, ENGINE_IF_NONE_MATCH, ENGINE_IDEMPOTENCY_KEY, ENGINE_METHOD_OVERRIDE,
	ENGINE_RANGE, ENGINE_IF_RANGE, ENGINE_CONTENT_DIGEST,
	ENGINE_TUS_RESUMABLE, ENGINE_UPLOAD_LENGTH, ENGINE_UPLOAD_DEFER_LENGTH, ENGINE_UPLOAD_OFFSET,
	ENGINE_UPLOAD_METADATA, ENGINE_UPLOAD_CHECKSUM,
	ENGINE_HEADERS
};

struct engine_field {
	const char	*name, *value;
};

#define ENGINE_FIELDS	16

/* A refusal, rendered as application/problem+json by http/problem.c. */
struct engine_refusal {
	int		 problem;		/* index into contract_problems; -1: none */
	const char	*detail;		/* arena; replaces the table's detail when not NULL */
	json_t		*errors;		/* owned; [{pointer, code, detail}] or NULL */
	json_t		*extra;			/* owned; further members (state, allowed …) or NULL */
	unsigned	 retry_after;		/* seconds; 0: none */
};

struct engine_reply {
	int			 status;	/* 0: not answered yet; set from the problem on a refusal */
	struct engine_field	 fields[ENGINE_FIELDS];
	size_t			 nfields;
	const char		*body;		/* arena, or kept alive by the call until engine_close() */
	size_t			 length;
	int			 file;		/* -1, or whose octets from `offset` on are the body; the edge may take it
						 * (and leave -1), else engine_close() closes it */
	uint64_t		 offset;
	bool			 more;			/* body is the first stretch only: engine_more() */
	bool			 broken;		/* a later stretch failed: cut the connection */
	struct engine_refusal	 refusal;
};

struct engine_call {
	/* filled by http/ before engine_open() */
	struct arena		*arena;		/* borrowed; outlives the call */
	const char		*method;	/* "GET" …; HEAD is given as GET, the edge drops the body */
	const char		*path;		/* raw, percent-encoded, no query */
	const char		*query;		/* raw, after '?'; NULL: none */
	const char		*headers[ENGINE_HEADERS];
	void			(*done)(struct engine_call *);	/* the reply is complete; called once, never from
								 * inside engine_run() when that returned true */
	void			*owner;		/* http's own */

	/* filled by http/ between engine_open() and engine_run() */
	const char		*body;
	size_t			 body_length;
	const char		*form;		/* the fields of a multipart form, coded as a query; NULL: none */

	/* read by http/ after engine_open() */
	const struct contract_route	*route;	/* NULL: 404 */
	const struct contract_op	*op;	/* NULL: 404 or 405 */

	/* read by http/ when done */
	struct engine_reply	 reply;
	char			 actor[37];	/* UUID of the caller for the request log; "" when unknown */

	struct engine_work	*work;		/* the engine's own, arena */
};

/* Match method and path. Returns true when the request may go on (op set, body wanted if op->body);
 * false when reply.refusal is already set (404, 405 with Allow, 501). */
bool engine_open(struct engine_call *call) __attribute__((warn_unused_result));

/* Run an opened call. Returns true when the reply is complete already, false when done() will follow. */
bool engine_run(struct engine_call *call) __attribute__((warn_unused_result));

/* An opened call whose body goes to the store (op->file_body): may it come? Checks all but the body, asks who calls, and
 * the operation's x-admit. True when it is decided, false when done() will follow; decided means refused when
 * reply.refusal.problem is not -1, else the body may be taken, and engine_run() goes on after it. */
bool engine_admit(struct engine_call *call) __attribute__((warn_unused_result));

/* A column of x-admit's row; NULL: SQL NULL, no such column, or no x-admit. Lives as long as the call. */
const char *engine_admit_text(const struct engine_call *call, const char *column);

/* The edge has found a fault of its own in an opened call (413, 415 …): the caller is checked first
 * (401, 403 win), then `problem` is the answer. Same return as engine_run(). */
bool engine_refuse_late(struct engine_call *call, int problem) __attribute__((warn_unused_result));

/* A refusal of an operation that has an x-refusal-sql: ask for the row its page is made of. True when it is decided, with the row
 * or without; false when done() will follow. */
bool engine_refused(struct engine_call *call) __attribute__((warn_unused_result));

/* A streamed reply (reply.more): the edge has sent the stretch in reply.body and wants the next one.
 * Returns true when reply.body, length, more and broken already tell of it, false when done() will be
 * called again once they do. A stretch stays valid until the next engine_more() or engine_close(). */
bool engine_more(struct engine_call *call) __attribute__((warn_unused_result));

/* The reply was sent, or the client is gone: release what the call holds. A transaction in flight
 * runs to its end, its result is dropped. done() is not called any more. */
void engine_close(struct engine_call *call);

/* For handlers. Strings are copied into the arena, but not a handler's body: it must outlive the call. */
const char *engine_param(const struct engine_call *call, size_t index);	/* of the path, decoded */
void engine_field(struct engine_call *call, const char *name, const char *value);
void engine_answer(struct engine_call *call, int status, const char *type, const char *body, size_t length);
void engine_refuse(struct engine_call *call, int problem, const char *detail);

/* Answer with a part of a file; the call takes the descriptor over. */
void engine_answer_file(struct engine_call *call, int status, int fd, uint64_t offset, size_t length);

/* For a handler beside x-sql: a column of its statement's row; NULL for SQL NULL or no such column. Lives as long as the
 * call. */
const char *engine_row_text(const struct engine_call *call, const char *column);

/* The checked value of a query parameter (its default when it has one); NULL: absent. */
const char *engine_query_text(const struct engine_call *call, const char *name);

/* call->form has come since all was checked: check again all that needs no database. False: engine_run() will refuse. */
bool engine_recheck(struct engine_call *call) __attribute__((warn_unused_result));

/* The secret made for this call (x-secret), for a handler beside x-sql; "": none. */
const char *engine_secret(const struct engine_call *call);

/* What :x_<name> binds, given with its x_ ("x_size"); copied. A name that no statement of the operation uses is ignored. */
void engine_value_set(struct engine_call *call, const char *name, const char *text);

/* For x-prepare: a fault to refuse with once it is known who calls; the first one's problem is the answer, all are listed. */
void engine_late(struct engine_call *call, int problem, const char *pointer, const char *code, const char *detail);

/* Start and stop one worker's engine (connections, LRU of statements). conninfo is borrowed. */
bool engine_start(const char *conninfo) __attribute__((warn_unused_result));
void engine_stop(void);
unsigned engine_inflight(void);		/* calls waiting for PostgreSQL */
bool engine_ready(void);		/* at least one connection of each lane is up and every statement checked */

#endif
