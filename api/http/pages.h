/* The open pages that are not JSON. */
#ifndef HTTP_PAGES_H
#define HTTP_PAGES_H

#include <stddef.h>

#include "engine/engine.h"

/* Answer an HTML page (borrowed) that loads nothing but what this server itself serves. */
void	pages_answer(struct engine_call *, const char *html, size_t length);

#endif
