/* Parts of a file: RFC 9110, section 14. */
#ifndef ENGINE_RANGE_H
#define ENGINE_RANGE_H

#include <stdint.h>

enum range_result {
	RANGE_WHOLE,			/* no range, several, or none we know: all of it is sent */
	RANGE_PART,
	RANGE_UNSATISFIABLE
};

/* Read a Range header (NULL: none) of something that is `size` octets long, and If-Range (NULL: none) against its strong
 * entity tag. RANGE_PART: octets *first to *last, both included. */
enum range_result	range_read(const char *range, const char *if_range, const char *etag, uint64_t size,
			    uint64_t *first, uint64_t *last) __attribute__((warn_unused_result));

#endif
