/* The body of a request: bytes to checked JSON text. */
#ifndef ENGINE_BODY_H
#define ENGINE_BODY_H

#include <stdbool.h>

#include "engine/engine.h"

#define BODY_DEPTH	32	/* levels of arrays and objects */

/* Check the body against the operation's schema. Returns true when it is good, with *text what :body
 * binds (arena). False: *problem is the index of the problem, and `errors` (borrowed) has its faults. */
bool body_check(struct engine_call *, const char **text, json_t *errors, int *problem)
    __attribute__((warn_unused_result));

#endif
