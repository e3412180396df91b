/* The trace a request belongs to: W3C Trace Context, version 00. */
#ifndef HTTP_TRACE_H
#define HTTP_TRACE_H

/* Writes the trace id (32 lower-case hexadecimal digits and a NUL): the client's when its traceparent is well
 * formed (it may be NULL), else a fresh random one. */
void	trace_take(const char *traceparent, char id[33]);

#endif
