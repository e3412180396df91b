/* Before the body of a file is taken: who calls, and may it come? */
#ifndef ENGINE_ADMIT_H
#define ENGINE_ADMIT_H

#include <stdbool.h>

#include "engine/work.h"

/* After the checks. Same return as engine_admit(). */
bool admit_start(struct engine_call *) __attribute__((warn_unused_result));

/* A refusal wants the row of its x-refusal-sql. Same return as engine_refused(). */
bool admit_refused(struct engine_call *) __attribute__((warn_unused_result));

#endif
