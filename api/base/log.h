/* The program's own log: one JSON line an event on standard output, in one write. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_LINE_INFO, LOG_LINE_WARNING, LOG_LINE_ERROR };

/* Lines are cut at 2 KiB. Never give it a value that came from a client or from a row. */
void	log_line(enum log_level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
