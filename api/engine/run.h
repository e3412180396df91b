/* The steps of an opened call: check the form, ask PostgreSQL, answer. */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include <stdbool.h>

#include "engine/work.h"

/* Look at everything that can be judged without the database; the first fault in the order of
 * refusals goes to work->late. */
void run_check(struct engine_call *);

/* Go on after the checks. Same return as engine_run(). */
bool run_start(struct engine_call *) __attribute__((warn_unused_result));

/* The step of the operation's own statement; what it needs is made in the arena. */
void run_operation(struct engine_call *, struct arena *);

#endif
