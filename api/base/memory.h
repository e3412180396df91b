/*
 * What happens when memory is out: the worker ends (abort), and the parent starts another, as Kore's own allocator
 * and the arena do. A request half understood must not be answered. Only bodies, whose size the client chooses, are
 * refused instead (http/body.h).
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

void	memory_out(void) __attribute__((noreturn));

/* malloc() that does not fail. For Jansson, which would else take a missing value for a wrong one. */
void	*memory_alloc(size_t size) __attribute__((malloc, warn_unused_result));

#endif
