/* A row of PostgreSQL to a reply; the JSON goes out as it came. */
#ifndef ENGINE_REPLY_H
#define ENGINE_REPLY_H

#include "engine/work.h"

/* Answer from the row status, body, version, location (any of them may be missing); zero rows: 404.
 * The caller keeps the result alive as long as the reply. */
void reply_object(struct engine_call *, const PGresult *);

/* Answer from the row items, next_key. */
void reply_list(struct engine_call *, const PGresult *);

/* The answer of an operation of one row: its handler's, when it has one. Zero rows: 404. */
void reply_row(struct engine_call *, const PGresult *);

/* A column of the first row; NULL for a missing column, SQL NULL and no row. *length (unless NULL) its octets. */
const char *reply_value(const PGresult *, const char *name, size_t *length);

/* Column of that name; -1: there is none. */
int reply_column(const PGresult *, const char *name);

#endif
