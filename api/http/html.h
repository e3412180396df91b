/* HTML by templates: what stands in a format is markup, whatever is put into it is text, and escaped. */
#ifndef HTTP_HTML_H
#define HTTP_HTML_H

#include "base/buf.h"

/* Of a format only %s (NULL: nothing), %d and %% mean something. It is a constant of the program (-Wformat=2 refuses any other), so that no
 * octet of a request or of the database is ever markup: good between tags and in quoted attributes. */
void	html_put(struct buf *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Text, escaped. Control characters are left out, but for tab and line ends. */
void	html_text(struct buf *, const char *text);

#endif
