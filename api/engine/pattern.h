/*
 * The patterns of the contract (POSIX extended), compiled once per process and kept. One thread.
 */
#ifndef ENGINE_PATTERN_H
#define ENGINE_PATTERN_H

#include <stdbool.h>

/* Compile `pattern` unless it is known already. It is borrowed for good and known by its address.
 * Returns false when it does not compile or memory is out. */
bool pattern_compile(const char *pattern) __attribute__((warn_unused_result));

/* Whether NUL-ended `text` matches. A pattern that does not compile matches nothing. */
bool pattern_match(const char *pattern, const char *text) __attribute__((warn_unused_result));

#endif
