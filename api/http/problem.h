/* RFC 9457 problems, for the engine's refusals and the edge's own. Knows neither sockets nor Kore. */
#ifndef HTTP_PROBLEM_H
#define HTTP_PROBLEM_H

#include <stddef.h>

#include <jansson.h>

#include "base/arena.h"
#include "http/reply.h"

enum language { LANGUAGE_ZH, LANGUAGE_EN };

struct problem_body {
	int		 problem;		/* index into contract_problems */
	const char	*detail_zh, *detail_en;	/* NULL: the table's */
	const char	*instance;		/* the path asked for; NULL: not known */
	const char	*trace_id;		/* NULL: not told */
	json_t		*errors, *extra;	/* borrowed, may be NULL */
	unsigned	 retry_after;		/* seconds; 0: none */
};

/* English only when Accept-Language (may be NULL) wants it more than Chinese. */
enum language	language_choose(const char *accept_language);

/* The JSON document, in the arena. */
const char	*problem_render(struct arena *, const struct problem_body *, enum language, size_t *length);

/* Content-Type, Content-Language, Vary. */
void	problem_fields(struct reply *, enum language);

#endif
