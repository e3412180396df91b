/*
 * Which statements a connection has prepared, against a plain model of the same.
 * sources: api/pg/lru.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pg/lru.h"

static void
finds_what_was_added(void **state)
{
	struct lru	l;
	uint64_t	evicted = 0;

	(void)state;
	lru_clear(&l);
	assert_null(lru_find(&l, 7));
	assert_false(lru_add(&l, 7, 3, &evicted));
	assert_int_equal(lru_find(&l, 7)->parsed, 3);
	lru_remove(&l, 8);
	lru_remove(&l, 7);
	assert_null(lru_find(&l, 7));
}

static void
the_longest_unused_goes_first(void **state)
{
	struct lru	l;
	uint64_t	i, evicted;

	(void)state;
	lru_clear(&l);
	for (i = 1; i <= LRU_ENTRIES; i++)
		assert_false(lru_add(&l, i, 0, &evicted));
	assert_non_null(lru_find(&l, 1));
	assert_true(lru_add(&l, 1000, 0, &evicted));
	assert_int_equal(evicted, 2);
	lru_remove(&l, 3);
	assert_false(lru_add(&l, 1001, 0, &evicted));
	assert_true(lru_add(&l, 1002, 0, &evicted));
	assert_int_equal(evicted, 4);
	assert_non_null(lru_find(&l, 1));
	assert_null(lru_find(&l, 4));
}

/* Thousands of random steps; `used` holds when each key was last touched, 0: not there. */
static void
behaves_like_its_model(void **state)
{
	struct lru	l;
	uint64_t	used[400] = { 0 }, now, key, oldest, evicted;
	size_t		i, n = 0;
	bool		full;

	(void)state;
	srand(7);
	lru_clear(&l);
	for (now = 1; now < 200000; now++) {
		key = (uint64_t)rand() % 400;
		if (rand() % 8 == 0) {
			lru_remove(&l, key);
			n -= used[key] != 0;
			used[key] = 0;
			continue;
		}
		assert_int_equal(lru_find(&l, key) != NULL, used[key] != 0);
		if (used[key] == 0) {
			for (i = 0, oldest = 400; i < 400; i++)
				if (used[i] != 0 && (oldest == 400 || used[i] < used[oldest]))
					oldest = i;
			full = lru_add(&l, key, now, &evicted);
			assert_int_equal(full, n == LRU_ENTRIES);
			if (full) {
				assert_int_equal(evicted, oldest);
				used[oldest] = 0;
			} else {
				n++;
			}
		}
		used[key] = now;
	}
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(finds_what_was_added), cmocka_unit_test(the_longest_unused_goes_first),
		cmocka_unit_test(behaves_like_its_model)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
