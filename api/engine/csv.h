/* A list as CSV: page by page through the list's own statement, one stretch of the reply a page. */
#ifndef ENGINE_CSV_H
#define ENGINE_CSV_H

#include "base/buf.h"
#include "engine/work.h"

#define CSV_PAGE	QUERY_LIMIT_MAX		/* rows */

struct csv {
	struct arena			 *page;		/* of the stretch under way */
	const char			 *next_key;	/* in page; NULL: that was the last one */
	const struct contract_property	**columns;	/* in the order of the document */
};

/* Begin the reply with the header row and the first page. omitted: the categories left out, "" for none; borrowed. */
void csv_begin(struct engine_call *, const PGresult *, const char *omitted);

/* The next page has come: make it the reply's stretch. */
void csv_page(struct engine_call *, const PGresult *);

/* Give the memory of the page before back and move the query on to the next one. False: next_key
 * is not what a list may return. */
bool csv_advance(struct engine_call *) __attribute__((warn_unused_result));

void csv_close(struct csv *);		/* NULL is no fault */

/* One field (RFC 4180), with a leading apostrophe where a spreadsheet would take it for a formula. */
void csv_field(struct buf *, const char *text, size_t length);

#endif
