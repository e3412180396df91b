/* Counters of all workers, in one mapping made before they are forked: a slot each, written by its worker
 * alone, read by whichever worker is asked. Counters outlive a worker's restart, gauges do not. */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "contract/contract.h"

struct metrics_gauges {
	uint64_t	connections, requests, statements, ready;
	uint64_t	read, write, slow;	/* PostgreSQL connections up, by lane */
};

/* Parent, before the fork. False: no memory. */
bool	metrics_map(unsigned workers) __attribute__((warn_unused_result));

/* Worker `id`, from 1: take its slot. */
void	metrics_attach(unsigned id);

/* One answered request; op NULL: none matched. Those of shy operations are told by the hour. */
void	metrics_request(const struct contract_op *, int status, uint64_t ms);
void	metrics_gauges(const struct metrics_gauges *);

/* Prometheus text format 0.0.4. */
void	metrics_write(struct buf *);

#endif
