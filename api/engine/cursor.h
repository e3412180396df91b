/* Keyset cursors: base64url of the JSON array [digest of the list, value, value …]. */
#ifndef ENGINE_CURSOR_H
#define ENGINE_CURSOR_H

#include <stdbool.h>

#include "base/arena.h"
#include "engine/query.h"

#define CURSOR_MAX	4096	/* characters that are looked at */

/* Make a cursor of next_key, the JSON array of texts, whole numbers and nulls that a list's SQL returned. */
const char *cursor_encode(struct arena *, const struct query *, const char *next_key);

/* Fill q->after from a client's cursor. False when it is damaged or bound to another list (q->digest). */
bool cursor_decode(struct arena *, const char *cursor, struct query *q) __attribute__((warn_unused_result));

/* Fill q->after from next_key itself: the next page of the same list. */
bool cursor_follow(struct arena *, const char *next_key, struct query *q) __attribute__((warn_unused_result));

#endif
