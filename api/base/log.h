/* The program's own log: one JSON line an event on standard output, in one write. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_LINE_INFO, LOG_LINE_WARNING, LOG_LINE_ERROR };

/* At once, after whatever is held. Lines are cut at 2 KiB. Never give it a value that came from a client or from a row. */
void	log_line(enum log_level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whole lines, newline included, that may wait for company until log_flush(); the caller sees to that. */
void	log_hold(const char *line, size_t length);
void	log_flush(void);

/* From here on exit() and a crash of this process write what is held; only SIGKILL loses it. */
bool	log_keep(void) __attribute__((warn_unused_result));

#endif
