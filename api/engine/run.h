/* The steps of an opened call: check the form, ask PostgreSQL, answer. */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include <stdbool.h>

#include "engine/work.h"

/* Look at everything that can be judged without the database; the first fault in the order of
 * refusals goes to work->late. */
void run_check(struct engine_call *);

/* "Bearer <token>" (the scheme in any case) to its hash; false: there is none. */
bool run_token(struct engine_call *) __attribute__((warn_unused_result));

/* The first step of a transaction: who calls. */
void run_auth(struct engine_call *);

/* The caller and the day, from the row of auth. An auth that lets nobody in and says nothing is refused here. */
bool run_actor(struct engine_call *, const struct pg_answer *) __attribute__((warn_unused_result));

/* Go on after the checks. Same return as engine_run(). */
bool run_start(struct engine_call *) __attribute__((warn_unused_result));

/* The step of the operation's own statement; what it needs is made in the arena. */
void run_operation(struct engine_call *, struct arena *);

#endif
