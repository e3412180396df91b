/* Placeholders to values. */
#ifndef ENGINE_BIND_H
#define ENGINE_BIND_H

#include "engine/work.h"

/* Bind everything `s` asks for, in its order; the claim's values after them. What has to be made for it
 * is made in the arena. */
void bind_statement(struct engine_call *, struct arena *, const struct statement *s);

/* "a,b" as the PostgreSQL array {"a","b"} (arena). */
const char *bind_array(struct arena *, const char *list);

#endif
