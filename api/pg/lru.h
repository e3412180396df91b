/* Which statements one connection has prepared: bounded, the longest unused goes first. */
#ifndef PG_LRU_H
#define PG_LRU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LRU_ENTRIES	160
#define LRU_BUCKETS	256

struct lru_entry {
	uint64_t	key;
	uint64_t	parsed;		/* the connection's sequence number when Parse was sent */
	uint16_t	newer, older;	/* LRU_ENTRIES: none */
	uint16_t	chain;		/* next in the bucket, or in the free list */
};

struct lru {
	struct lru_entry	entries[LRU_ENTRIES];
	uint16_t		buckets[LRU_BUCKETS];
	uint16_t		newest, oldest, unused;
};

void			 lru_clear(struct lru *);
struct lru_entry	*lru_find(struct lru *, uint64_t key);	/* and make it the newest; NULL: not there */

/* Add a key that is not there. Returns true when another had to go: *evicted is its key. */
bool			 lru_add(struct lru *, uint64_t key, uint64_t parsed, uint64_t *evicted)
			    __attribute__((warn_unused_result));
void			 lru_remove(struct lru *, uint64_t key);	/* a key that is not there is no fault */

#endif
