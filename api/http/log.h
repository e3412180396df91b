/* The request log: one JSON line each on standard output, a few milliseconds late (many leave in one
 * write). No bodies, no addresses, no paths, no queries. */
#ifndef HTTP_LOG_H
#define HTTP_LOG_H

#include <stdint.h>

struct log_request {
	const char	*method;
	const char	*route;		/* template; NULL: none matched */
	int		 status;	/* 499: the client left before the answer */
	uint64_t	 ms;		/* from the first octet to the answer's queueing */
	const char	*trace_id;
	const char	*actor;		/* UUID; NULL or "": not known */
};

void	log_request(const struct log_request *);

#endif
