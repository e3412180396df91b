#include "pg/lru.h"

#define NONE	LRU_ENTRIES

static uint16_t *
lru_bucket(struct lru *l, uint64_t key)
{
	return (&l->buckets[(key * UINT64_C(0x9e3779b97f4a7c15)) >> 56]);
}

void
lru_clear(struct lru *l)
{
	uint16_t	i;

	for (i = 0; i < LRU_BUCKETS; i++)
		l->buckets[i] = NONE;
	for (i = 0; i < LRU_ENTRIES; i++)
		l->entries[i].chain = (uint16_t)(i + 1);	/* the last one ends with NONE */
	l->newest = l->oldest = NONE;
	l->unused = 0;
}

static void
lru_unlink(struct lru *l, struct lru_entry *e)
{
	if (e->newer != NONE)
		l->entries[e->newer].older = e->older;
	else
		l->newest = e->older;
	if (e->older != NONE)
		l->entries[e->older].newer = e->newer;
	else
		l->oldest = e->newer;
}

static void
lru_link_newest(struct lru *l, struct lru_entry *e)
{
	uint16_t	i = (uint16_t)(e - l->entries);

	e->newer = NONE;
	e->older = l->newest;
	if (l->newest != NONE)
		l->entries[l->newest].newer = i;
	else
		l->oldest = i;
	l->newest = i;
}

struct lru_entry *
lru_find(struct lru *l, uint64_t key)
{
	uint16_t	i;

	for (i = *lru_bucket(l, key); i != NONE; i = l->entries[i].chain) {
		if (l->entries[i].key == key) {
			if (l->newest != i) {
				lru_unlink(l, &l->entries[i]);
				lru_link_newest(l, &l->entries[i]);
			}
			return (&l->entries[i]);
		}
	}
	return (NULL);
}

void
lru_remove(struct lru *l, uint64_t key)
{
	uint16_t	*at, i;

	for (at = lru_bucket(l, key); (i = *at) != NONE; at = &l->entries[i].chain) {
		if (l->entries[i].key != key)
			continue;
		*at = l->entries[i].chain;
		lru_unlink(l, &l->entries[i]);
		l->entries[i].chain = l->unused;
		l->unused = i;
		return;
	}
}

bool
lru_add(struct lru *l, uint64_t key, uint64_t parsed, uint64_t *evicted)
{
	struct lru_entry	*e;
	uint16_t		*bucket;
	bool			 full = l->unused == NONE;

	if (full) {
		*evicted = l->entries[l->oldest].key;
		lru_remove(l, *evicted);
	}
	e = &l->entries[l->unused];
	l->unused = e->chain;
	bucket = lru_bucket(l, key);
	e->key = key;
	e->parsed = parsed;
	e->chain = *bucket;
	*bucket = (uint16_t)(e - l->entries);
	lru_link_newest(l, e);
	return (full);
}
