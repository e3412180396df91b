/* The text of an operation's statement for the filters, cursor and sort of one request. */
#ifndef ENGINE_STATEMENT_H
#define ENGINE_STATEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "contract/contract.h"

#define STATEMENT_BINDS	56

/* What decides which lines of the SQL are in. */
struct statement_variant {
	uint64_t	filters;	/* bit i: query param i is present */
	size_t		sort;
	bool		after;
	bool		idempotent;	/* wrapped: the answer is stored beside the effect */
};

struct statement {
	const struct contract_op	*op;
	uint64_t	 key;			/* the same for the same operation and variant */
	const char	*sql;			/* arena */
	int		 order[STATEMENT_BINDS];	/* order[n]: the op's bind that is $(n + 1) */
	int		 norder;
	int		 claim;			/* n: $(n + 1) is the key's hash, then, when the op has a secret, */
						/* its box, then, when it is sealed, the key to that; -1: not idempotent */
};

/* Operations have numbers 0 …; other statements of the engine use keys from here on. */
#define STATEMENT_KEY(n)	(UINT64_C(0xf000000000000000) + (n))

void statement_build(struct arena *, const struct contract_op *, const struct statement_variant *,
    struct statement *);

/* How many values the claim of an idempotent operation binds behind those of its statement. */
int statement_claims(const struct contract_op *);

/* Why an operation cannot be handled by these tables' bounds; NULL: it can. */
const char *statement_unfit(const struct contract_op *);

#endif
