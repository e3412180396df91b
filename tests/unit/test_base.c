/*
 * Arena, buffer, small codes, clock.
 * sources: api/base/arena.c api/base/memory.c api/base/buf.c api/base/text.c api/base/clock.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

static void
arena_hands_out_aligned_memory(void **state)
{
	struct arena	*a = arena_create();
	char		*last = NULL, *p;
	size_t		 size;

	(void)state;
	for (size = 1; size < 40000; size = size * 3 + 1) {
		p = arena_alloc(a, size);
		assert_int_equal((uintptr_t)p % 16, 0);
		memset(p, 0xaa, size);
		assert_ptr_not_equal(p, last);
		last = p;
	}
	p = arena_zero(a, 100);
	assert_int_equal(p[0], 0);
	assert_int_equal(p[99], 0);
	assert_string_equal(arena_dup(a, "abcdef", 3), "abc");
	assert_string_equal(arena_format(a, "%s-%d", "x", 7), "x-7");
	arena_destroy(a);
	arena_destroy(NULL);
}

static void
arena_grows_in_place_or_moves(void **state)
{
	struct arena	*a = arena_create();
	char		*p = arena_alloc(a, 10), *q;

	(void)state;
	memcpy(p, "0123456789", 10);
	assert_ptr_equal(arena_grow(a, p, 10, 1000), p);
	(void)arena_alloc(a, 1);
	q = arena_grow(a, p, 10, 2000);
	assert_ptr_not_equal(q, p);
	assert_memory_equal(q, "0123456789", 10);
	q = arena_grow(a, q, 10, 100000);
	assert_memory_equal(q, "0123456789", 10);
	arena_destroy(a);
}

static void
arena_uses_blocks_again(void **state)
{
	struct arena	*a = arena_create(), *b;

	(void)state;
	arena_destroy(a);
	b = arena_create();
	assert_ptr_equal(a, b);
	arena_destroy(b);
}

static void
buf_grows(void **state)
{
	struct arena	*a = arena_create();
	struct buf	 b;
	char		 wide[600];
	int		 i;

	(void)state;
	memset(wide, 'w', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	buf_init(&b, a);
	assert_string_equal(buf_end(&b), "");
	for (i = 0; i < 5000; i++)
		buf_format(&b, "%d,", i % 10);
	buf_format(&b, "<%s>", wide);
	buf_string(&b, "é");
	buf_char(&b, '!');
	assert_int_equal(b.length, 10000 + 601 + 2 + 1);
	assert_memory_equal(b.data, "0,1,2,3,", 8);
	assert_string_equal(buf_end(&b) + 10000 + 598, "ww>é!");
	arena_destroy(a);
}

static void
base64_goes_there_and_back(void **state)
{
	uint8_t	from[70], to[80];
	char	text[100];
	size_t	n, i, back;

	(void)state;
	for (i = 0; i < sizeof(from); i++)
		from[i] = (uint8_t)(i * 37 + 250);
	for (n = 0; n <= sizeof(from); n++) {
		text_base64_encode(text, from, n);
		assert_int_equal(strlen(text), text_base64_size(n));
		assert_true(text_base64_decode(to, &back, text, strlen(text)));
		assert_int_equal(back, n);
		assert_memory_equal(to, from, n);
	}
	text_base64_encode(text, "\xfb\xff", 2);
	assert_string_equal(text, "-_8");
	assert_false(text_base64_decode(to, &back, "a", 1));
	assert_false(text_base64_decode(to, &back, "ab+d", 4));
	assert_false(text_base64_decode(to, &back, "ab==", 4));
	assert_false(text_base64_decode(to, &back, "-_9", 3));	/* bits beyond the last octet */
}

static void
percent_is_decoded(void **state)
{
	static const struct {
		const char	*from, *to;
		bool		 plus;
	} cases[] = {
		{ "abc", "abc", false }, { "%41%6a%4A", "AjJ", false }, { "a+b", "a b", true }, { "a+b", "a+b", false },
		{ "%2B", "+", true }, { "%", NULL, false }, { "%4", NULL, false }, { "%4g", NULL, false }, { "%%41", NULL, false }
	};
	char	text[20];
	size_t	i, n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = (size_t)snprintf(text, sizeof(text), "%s", cases[i].from);
		assert_in_range(n, 0, sizeof(text) - 1);
		assert_int_equal(text_percent_decode(text, &n, cases[i].plus), cases[i].to != NULL);
		if (cases[i].to != NULL) {
			assert_string_equal(text, cases[i].to);
			assert_int_equal(n, strlen(text));
		}
	}
}

static void
utf8_is_strict(void **state)
{
	static const char *const	good[] = { "", "a", "é", "中文", "😀", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf" };
	static const char *const	bad[] = { "\x80", "\xc0\xaf", "\xc1\x81", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
	    "\xf5\x80\x80\x80", "\xe4\xb8", "\xe4\xb8\x61", "\xff" };
	size_t				i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(text_utf8(good[i], strlen(good[i])));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(text_utf8(bad[i], strlen(bad[i])));
	assert_false(text_utf8("a\0b", 3));
}

static void
uuids_and_hex(void **state)
{
	char	hex[7];

	(void)state;
	assert_true(text_uuid("019a1b2c-3d4e-7f50-8a61-72839405b6c7"));
	assert_true(text_uuid("019A1B2C-3D4E-7F50-8A61-72839405B6C7"));
	assert_false(text_uuid(""));
	assert_false(text_uuid("019a1b2c-3d4e-7f50-8a61-72839405b6c"));
	assert_false(text_uuid("019a1b2c-3d4e-7f50-8a61-72839405b6c77"));
	assert_false(text_uuid("019a1b2c33d4e-7f50-8a61-72839405b6c7"));
	assert_false(text_uuid("{19a1b2c-3d4e-7f50-8a61-72839405b6c7"));
	text_hex(hex, "\x00\xaf\x9b", 3);
	assert_string_equal(hex, "00af9b");
}

static void
the_day_changes_at_midnight_in_shanghai(void **state)
{
	char	day[9];

	(void)state;
	clock_day(day, 1795449599);	/* 2026-11-23T15:59:59Z */
	assert_string_equal(day, "20261123");
	clock_day(day, 1795449600);
	assert_string_equal(day, "20261124");
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(arena_hands_out_aligned_memory), cmocka_unit_test(arena_grows_in_place_or_moves),
		cmocka_unit_test(arena_uses_blocks_again), cmocka_unit_test(buf_grows),
		cmocka_unit_test(base64_goes_there_and_back), cmocka_unit_test(percent_is_decoded),
		cmocka_unit_test(utf8_is_strict), cmocka_unit_test(uuids_and_hex),
		cmocka_unit_test(the_day_changes_at_midnight_in_shanghai)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
