/* Method and path to route and operation. */
#ifndef ENGINE_ROUTE_H
#define ENGINE_ROUTE_H

#include <stdbool.h>

#include "base/arena.h"
#include "contract/contract.h"

enum route_method { ROUTE_KNOWN, ROUTE_OPTIONS, ROUTE_UNKNOWN };

/* Find the route of a raw path and the decoded values of its parameters (arena). NULL: there is none,
 * also where a segment is empty, broken, not UTF-8, or holds NUL or '/'. Literal segments win over
 * parameters, from the left. */
const struct contract_route *route_match(struct arena *, const char *path, const char *params[CONTRACT_SEGMENTS]);

/* The method a request means: HEAD is GET, and a POST may name another in `override` (NULL: none). */
enum route_method route_method(const char *name, const char *override, enum contract_method *);

/* "GET, HEAD, POST, OPTIONS" of a route. */
const char *route_allow(struct arena *, const struct contract_route *);

#endif
