/*
 * Any octets as a query string: what is accepted keeps its bounds, and reads the same again from its link.
 * sources: api/engine/query.c api/engine/cursor.c api/engine/validate.c api/engine/validate_text.c api/engine/pattern.c api/rule/format.c api/rule/uscc.c api/rule/phone.c api/rule/receipt.c api/base/arena.c api/base/memory.c api/base/buf.c api/base/text.c api/crypto/crypto.c
 */
#include <stdlib.h>
#include <string.h>

#include "engine/cursor.h"
#include "engine/query.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char *const		 states[] = { "open", "closed", NULL };
static const struct contract_schema	 state_schema = { .type = CONTRACT_STRING, .max_length = SIZE_MAX, .values = states };
static const struct contract_schema	 array_schema = { .type = CONTRACT_ARRAY, .max_length = 3, .items = &state_schema };
static const struct contract_schema	 number_schema = { .type = CONTRACT_INTEGER, .has_minimum = true, .minimum = 1 };
static const struct contract_schema	 text_schema = { .type = CONTRACT_STRING, .max_length = 20 };
static const struct contract_param	 params[] = {
	{ .name = "state", .schema = &array_schema }, { .name = "n", .schema = &number_schema }, { .name = "q", .schema = &text_schema }
};
static const char *const		 sorts[] = { "at", "-at" };
static const struct contract_op		 list = {
	.id = "list", .kind = CONTRACT_KIND_LIST, .query = params, .nquery = 3, .limit = true, .cursor = true, .sorts = sorts,
	.nsorts = 2
};

/* The link to the next page must lead to the same list. */
static void
follow(struct arena *arena, const struct query *q)
{
	const char	*cursor = cursor_encode(arena, q, "[\"a\",null]");
	json_auto_t	*errors = json_array();
	struct query	 next;
	int		 problem;

	if (!query_parse(arena, &list, "/x", arena_format(arena, "%s&limit=%d&cursor=%s", q->others, q->limit, cursor), NULL, &next,
	    errors, &problem))
		abort();
	if (next.limit != q->limit || next.sort != q->sort || next.nafter != 2 || strcmp(next.digest, q->digest) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena	*arena = arena_create();
	json_auto_t	*errors = json_array();
	struct query	 q;
	int		 problem;

	if (query_parse(arena, &list, "/x", arena_dup(arena, data, size), NULL, &q, errors, &problem)) {
		if (json_array_size(errors) > 0 || q.limit < 1 || q.limit > QUERY_LIMIT_MAX || q.sort > 1)
			abort();
		follow(arena, &q);
	} else if (json_array_size(errors) == 0) {
		abort();
	}
	arena_destroy(arena);
	return (0);
}
