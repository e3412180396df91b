/* A growing string in an arena. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

#include "base/arena.h"

struct buf {
	struct arena	*arena;		/* borrowed */
	char		*data;		/* NULL while empty */
	size_t		 length, size;
};

void	 buf_init(struct buf *, struct arena *);
void	 buf_reserve(struct buf *, size_t more);	/* room for so many octets without a move */
void	 buf_add(struct buf *, const void *bytes, size_t length);
void	 buf_char(struct buf *, char);
void	 buf_string(struct buf *, const char *);
void	 buf_format(struct buf *, const char *format, ...) __attribute__((format(printf, 2, 3)));
char	*buf_end(struct buf *);		/* ends it with a NUL (not counted) and returns it */

#endif
