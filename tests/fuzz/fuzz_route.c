/*
 * Any octets as a path: what matches has parameters that are UTF-8 without '/' and NUL.
 * sources: api/engine/route.c api/base/arena.c api/base/memory.c api/base/buf.c api/base/text.c
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/route.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

const struct contract_route	contract_routes[] = {
	{ .path = "/v1/things", .segments = { "v1", "things" }, .nsegments = 2 },
	{ .path = "/v1/things/{id}", .segments = { "v1", "things", NULL }, .nsegments = 3, .nparams = 1 },
	{ .path = "/v1/things/{id}/{part}", .segments = { "v1", "things", NULL, NULL }, .nsegments = 4, .nparams = 2 },
	{ .path = "/v1/things/by-code/{code}", .segments = { "v1", "things", "by-code", NULL }, .nsegments = 4, .nparams = 1 }
};
const size_t			contract_nroutes = sizeof(contract_routes) / sizeof(contract_routes[0]);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char			*params[CONTRACT_SEGMENTS];
	const struct contract_route	*r;
	struct arena			*arena = arena_create();
	size_t				 i, length;

	r = route_match(arena, arena_dup(arena, data, size), params);
	for (i = 0; r != NULL && i < r->nparams; i++) {
		length = strlen(params[i]);
		if (length == 0 || strchr(params[i], '/') != NULL || !text_utf8(params[i], length) || strcmp(params[i], "..") == 0)
			abort();
	}
	arena_destroy(arena);
	return (0);
}
