/* Who calls: what the request says, and the first step of its transaction. */
#ifndef ENGINE_SESSION_H
#define ENGINE_SESSION_H

#include <stdbool.h>

#include "engine/work.h"

/* Find the key or the receipt in Authorization and hash it; false: refused. */
bool session_identify(struct engine_call *) __attribute__((warn_unused_result));

/* Does a key say who calls? Known once session_identify() has been good. */
bool session_keyed(const struct engine_call *);

/* Begin the steps anew with the one that sets the session of the caller; for what anybody may call there is none. */
void session_step(struct engine_call *);

/* The caller and the day, from that step's row. An auth that lets nobody in and says nothing is refused here. */
bool session_actor(struct engine_call *, const struct pg_answer *) __attribute__((warn_unused_result));

#endif
