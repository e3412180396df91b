/* A list as a file: what may be in it is decided in the database, behind auth, before each of its pages. */
#ifndef ENGINE_EXPORT_H
#define ENGINE_EXPORT_H

#include "engine/work.h"

/* The step between auth and the list's own statement. */
void export_step(struct engine_call *);

/* The same with auth, as a transaction of its own that puts the file on record. Same return as engine_run(). */
bool export_record(struct engine_call *, pg_done *) __attribute__((warn_unused_result));

/* The categories that are left out, from the answer to that step: "a, b", "" for none. Copied. */
const char *export_omitted(struct engine_call *, const PGresult *);

/* The next page. Same return as engine_more(). */
bool export_page(struct engine_call *) __attribute__((warn_unused_result));

#endif
