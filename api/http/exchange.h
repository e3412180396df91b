/* One request and its answer: between the connection (guard) and the engine. */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include <kore/kore.h>
#include <kore/http.h>

#include "base/arena.h"
#include "engine/engine.h"
#include "http/body.h"
#include "http/guard.h"
#include "http/intake.h"

enum exchange_step {
	EXCHANGE_ADMITTING,	/* the engine is asked whether its body may come */
	EXCHANGE_RECEIVING,	/* its body is on its way */
	EXCHANGE_DRAINING,	/* a file has come, its last octets are being written */
	EXCHANGE_KEEPING,	/* a file has come: its kind is told, and it is kept */
	EXCHANGE_RUNNING,	/* the engine has it */
	EXCHANGE_SETTLING,	/* the engine has answered; the kept file is looked after */
	EXCHANGE_REFUSING,	/* it is refused; the engine looks for what the page that says so is made of */
	EXCHANGE_STREAMING,	/* a stretch of the answer is on its way out */
	EXCHANGE_FETCHING,	/* the engine looks for the next stretch */
	EXCHANGE_OVER		/* answered, or the client is gone */
};

struct exchange {
	struct engine_call	 call;
	struct arena		*arena;
	struct http_request	*request;
	struct guard		*guard;		/* NULL: the client is gone */
	enum exchange_step	 step;
	enum guard_news		 news;		/* what woke a step that waits for the connection */
	bool			 done;		/* what woke one that waits for the engine */
	bool			 refused;	/* and has been asked for what a refusal needs */
	bool			 opened;	/* engine_close() is owed */
	bool			 head, options, keep, logged;
	bool			 stretches, chunked;	/* the answer comes in stretches, each a chunk */
	struct body		 body;		/* in memory */
	struct intake		*intake;	/* or a file; NULL: none */
	const char		*filename;	/* of that; NULL: not known (yet) */
	const char		*method;	/* as the client sent it */
	const char		*origin;	/* NULL, or one that HZ_CORS admits */
	char			 trace[33];
	uint64_t		 since;		/* clock_ms() of the first octet */
};

/* What the client asked with, copied from the guard's framing. */
void	exchange_fill(struct exchange *, const struct framing *);

/* Send the answer that stands in call.reply, its head and all of its body that is there. Leaves step at EXCHANGE_OVER, at
 * EXCHANGE_STREAMING when there is more to come, or at EXCHANGE_REFUSING: to be called again when done() has come. */
void	exchange_answer(struct exchange *);

/* Send a further stretch of a streamed answer, or its end. */
void	exchange_stretch(struct exchange *);

/* An answer of the edge's own, to OPTIONS: a preflight's, or what the server as a whole can do. */
void	exchange_options(struct exchange *, bool preflight);

/* Log and count, once. */
void	exchange_note(struct exchange *, int status);

#endif
