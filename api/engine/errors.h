/* What went wrong in PostgreSQL, as a problem. */
#ifndef ENGINE_ERRORS_H
#define ENGINE_ERRORS_H

#include "engine/engine.h"
#include "pg/pg.h"

/* Fill the call's refusal from an answer that is not PG_DONE. Text from the database never gets in,
 * but for the JSON detail of our own HZ errors. */
void errors_refuse(struct engine_call *, const struct pg_answer *);

/* Fill the call's refusal from an outcome that has no answer. */
void errors_refuse_outcome(struct engine_call *, enum pg_outcome);

#endif
