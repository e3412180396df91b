/* Cross-origin requests, by the allow-list HZ_CORS. Knows neither sockets nor Kore. */
#ifndef HTTP_CORS_H
#define HTTP_CORS_H

#include <stdbool.h>

#include "http/reply.h"

/* True when `origin` (may be NULL) stands in the comma-separated list (may be NULL); "*" admits every one. */
bool	cors_allows(const char *list, const char *origin);

/* Let a page of that origin read the answer. */
void	cors_fields(struct reply *, const char *origin);

/* What an allowed preflight is told besides. */
void	cors_preflight(struct reply *);

#endif
