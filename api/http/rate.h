/* Caps for the whole instance, of all workers together, that remember nobody: what strangers may do a minute. */
#ifndef HTTP_RATE_H
#define HTTP_RATE_H

#include <stdbool.h>
#include <stdint.h>

enum rate {
	RATE_REPORTS,		/* whatever is written without a key or a receipt */
	RATE_RECEIPTS,		/* receipts that nobody holds */
	RATES
};

/* Parent, before the fork. False: no memory. */
bool	rate_map(void) __attribute__((warn_unused_result));

/* So many a minute, in bursts of as many. Parent. */
void	rate_set(enum rate, unsigned per_minute);

/* Take one. 0: it may go on; else the seconds after which another may be tried. */
unsigned	rate_take(enum rate, uint64_t now_ms) __attribute__((warn_unused_result));

#endif
