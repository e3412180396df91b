/*
 * Memory of one request: handed out piecemeal, released at once. Blocks are kept for the next
 * request, so that a busy worker hardly calls malloc(). Not thread-safe: one event loop, one thread.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* All of these end the process when memory is out (base/memory.h), so none
 * returns NULL. Memory lives until arena_destroy(), which accepts NULL. */
struct arena	*arena_create(void) __attribute__((warn_unused_result));
void		 arena_destroy(struct arena *);

void	*arena_alloc(struct arena *, size_t size);	/* aligned for any type, not cleared */
void	*arena_zero(struct arena *, size_t size);
char	*arena_dup(struct arena *, const void *bytes, size_t size);	/* and a NUL after them */
char	*arena_string(struct arena *, const char *);
char	*arena_format(struct arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Grow a block to `size` octets: in place when it was the last one handed out and there is room,
 * else by copying `used` octets to a new place. */
void	*arena_grow(struct arena *, void *block, size_t used, size_t size);

#endif
