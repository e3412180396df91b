/*
 * Range and If-Range.
 * sources: api/engine/range.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/range.h"

#define TAG	"\"abc\""

static void
ranges_are_read(void **state)
{
	static const struct {
		const char		*range, *if_range;
		uint64_t		 size;
		enum range_result	 result;
		uint64_t		 first, last;
	} cases[] = {
		{ NULL, NULL, 10, RANGE_WHOLE, 0, 0 },
		{ "bytes=0-0", NULL, 10, RANGE_PART, 0, 0 },
		{ "bytes=2-4", NULL, 10, RANGE_PART, 2, 4 },
		{ "bytes=2-", NULL, 10, RANGE_PART, 2, 9 },
		{ "bytes=2-400", NULL, 10, RANGE_PART, 2, 9 },
		{ "bytes=0-99999999999999999999999999", NULL, 10, RANGE_PART, 0, 9 },
		{ "bytes=-3", NULL, 10, RANGE_PART, 7, 9 },
		{ "bytes=-30", NULL, 10, RANGE_PART, 0, 9 },
		{ "Bytes= 2-4 ", NULL, 10, RANGE_PART, 2, 4 },
		{ "bytes=-0", NULL, 10, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=10-", NULL, 10, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=99999999999999999999-", NULL, 10, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=0-", NULL, 0, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=-1", NULL, 0, RANGE_UNSATISFIABLE, 0, 0 },
		{ "bytes=4-2", NULL, 10, RANGE_WHOLE, 0, 0 },
		{ "bytes=-", NULL, 10, RANGE_WHOLE, 0, 0 },
		{ "bytes=", NULL, 10, RANGE_WHOLE, 0, 0 },
		{ "bytes=1", NULL, 10, RANGE_WHOLE, 0, 0 },
		{ "bytes=1-2,4-5", NULL, 10, RANGE_WHOLE, 0, 0 },
		{ "bytes=1-2x", NULL, 10, RANGE_WHOLE, 0, 0 },
		{ "bytes=+1-2", NULL, 10, RANGE_WHOLE, 0, 0 },
		{ "lines=1-2", NULL, 10, RANGE_WHOLE, 0, 0 },
		{ "", NULL, 10, RANGE_WHOLE, 0, 0 },
		{ "bytes=2-4", TAG, 10, RANGE_PART, 2, 4 },
		{ "bytes=2-4", "W/" TAG, 10, RANGE_WHOLE, 0, 0 },
		{ "bytes=2-4", "\"other\"", 10, RANGE_WHOLE, 0, 0 },
		{ "bytes=2-4", "Mon, 23 Nov 2026 00:00:00 GMT", 10, RANGE_WHOLE, 0, 0 },
		{ "bytes=20-", "\"other\"", 10, RANGE_WHOLE, 0, 0 }
	};
	uint64_t	first, last;
	size_t		i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(range_read(cases[i].range, cases[i].if_range, TAG, cases[i].size, &first, &last),
		    cases[i].result);
		if (cases[i].result == RANGE_PART) {
			assert_int_equal(first, cases[i].first);
			assert_int_equal(last, cases[i].last);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest	tests[] = { cmocka_unit_test(ranges_are_read) };

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
