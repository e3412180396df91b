#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/text.h"
#include "engine/cursor.h"

const char *
cursor_encode(struct arena *arena, const struct query *q, const char *next_key)
{
	struct buf	 plain;
	char		*cursor;

	/* next_key is an array as PostgreSQL wrote it: the digest goes in as its first element. */
	buf_init(&plain, arena);
	buf_format(&plain, "[\"%s\",", q->digest);
	buf_string(&plain, next_key + 1);
	cursor = arena_alloc(arena, text_base64_size(plain.length) + 1);
	text_base64_encode(cursor, plain.data, plain.length);
	return (cursor);
}

/* A text, a whole number or a null of a cursor, as it is bound. False: none of these. */
static bool
cursor_value(struct arena *arena, const json_t *v, const char **value)
{
	*value = NULL;
	if (json_is_string(v))
		*value = arena_string(arena, json_string_value(v));
	else if (json_is_integer(v))
		*value = arena_format(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	return (*value != NULL || json_is_null(v));
}

/* The elements of a JSON array from `first` on, 1 to QUERY_AFTER of them. */
static bool
cursor_values(struct arena *arena, const json_t *array, size_t first, struct query *q)
{
	size_t	i, n = json_array_size(array);

	if (n <= first || n - first > QUERY_AFTER)
		return (false);
	for (i = first; i < n; i++)
		if (!cursor_value(arena, json_array_get(array, i), &q->after[i - first]))
			return (false);
	q->nafter = n - first;
	return (true);
}

bool
cursor_decode(struct arena *arena, const char *cursor, struct query *q)
{
	json_auto_t	*array = NULL;
	const char	*digest;
	uint8_t		*plain;
	size_t		 length = strlen(cursor);

	if (length > CURSOR_MAX)
		return (false);
	plain = arena_alloc(arena, length + 1);
	if (!text_base64_decode(plain, &length, cursor, length))
		return (false);
	array = json_loadb((const char *)plain, length, 0, NULL);
	if ((digest = json_string_value(json_array_get(array, 0))) == NULL || strcmp(digest, q->digest) != 0)
		return (false);
	return (cursor_values(arena, array, 1, q));
}

bool
cursor_follow(struct arena *arena, const char *next_key, struct query *q)
{
	json_auto_t	*array = json_loads(next_key, 0, NULL);

	return (cursor_values(arena, array, 0, q));
}
