/* The query string of one request, checked against its operation. */
#ifndef ENGINE_QUERY_H
#define ENGINE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"
#include "contract/contract.h"

#define QUERY_PARAMS	40	/* at most so many in one operation */
#define QUERY_AFTER	4
#define QUERY_LIMIT	50
#define QUERY_LIMIT_MAX	200

struct query {
	const char	*values[QUERY_PARAMS];	/* decoded; of op->query, or its fallback; NULL: absent */
	uint64_t	 present;		/* bit i: values[i] is not NULL */
	int		 limit;
	size_t		 sort;			/* index into op->sorts */
	bool		 sensitive;		/* sensitive=include: a file is to hold rows of sensitive categories too */
	const char	*after[QUERY_AFTER];	/* values of the cursor; NULL: SQL NULL */
	size_t		 nafter;		/* 0: no cursor was given */
	const char	*others;		/* the raw query without limit and cursor, for Link; "" */
	char		 digest[17];		/* of path, filters and sort: what a cursor is bound to */
};

/* Read `raw`, the address's, and `form`, the fields of a multipart form in the same coding, which alone may hold what is of a form
 * only (NULL: none, or it has not come yet). Appends one fault per wrong parameter to `errors` (borrowed), with the pointer
 * "?name". Returns false when there was any, with *problem the index of the problem to answer with. */
bool query_parse(struct arena *, const struct contract_op *, const char *path, const char *raw, const char *form,
    struct query *, json_t *errors, int *problem) __attribute__((warn_unused_result));

#endif
