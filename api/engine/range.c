#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "engine/range.h"

#define SPACE	" \t"
#define DIGITS	18		/* of the largest number that is read; none can overflow */

/* A number at *p; false when there is none. Too many digits: more than any file has. */
static bool
range_number(const char **p, uint64_t *n)
{
	size_t	i, digits = strspn(*p, "0123456789");

	for (*n = 0, i = 0; i < digits; i++)
		*n = i < DIGITS ? *n * 10 + (uint64_t)((*p)[i] - '0') : UINT64_MAX / 2;
	*p += digits;
	return (digits > 0);
}

enum range_result
range_read(const char *range, const char *if_range, const char *etag, uint64_t size, uint64_t *first, uint64_t *last)
{
	bool	from, to;

	/* a date or a weak tag matches nothing: ours is strong */
	if (range == NULL || (if_range != NULL && strcmp(if_range, etag) != 0))
		return (RANGE_WHOLE);
	range += strspn(range, SPACE);
	if (strncasecmp(range, "bytes=", 6) != 0)
		return (RANGE_WHOLE);
	range += 6;
	range += strspn(range, SPACE);
	from = range_number(&range, first);
	if (*range++ != '-')
		return (RANGE_WHOLE);
	to = range_number(&range, last);
	if ((!from && !to) || range[strspn(range, SPACE)] != '\0' || (from && to && *last < *first))
		return (RANGE_WHOLE);
	if (!from) {			/* the last so many */
		if (*last == 0 || size == 0)
			return (RANGE_UNSATISFIABLE);
		*first = *last < size ? size - *last : 0;
		*last = size - 1;
		return (RANGE_PART);
	}
	if (*first >= size)
		return (RANGE_UNSATISFIABLE);
	if (!to || *last >= size)
		*last = size - 1;
	return (RANGE_PART);
}
