/*
 * Bodies as they come in, plain and chunked, in every cut.
 * sources: api/http/body.c api/http/chunked.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/body.h"

#define PLENTY	100000

/* Feed the text in pieces of `piece` octets; *left: octets behind the body. */
static enum body_result
feed(struct body *b, const char *text, size_t n, size_t piece, size_t *left)
{
	enum body_result	 result = BODY_MORE;
	size_t			 at, some, used;
	char			*copy;

	for (at = 0; at < n && result == BODY_MORE; at += used) {
		some = n - at < piece ? n - at : piece;
		copy = malloc(some);
		memcpy(copy, text + at, some);
		result = body_feed(b, copy, some, &used);
		free(copy);
		if (result == BODY_MORE)
			assert_int_equal(used, some);
	}
	*left = n - at;
	return (result);
}

static void
check_chunked(const char *text, size_t n, enum body_result want, const char *content)
{
	struct body	b;
	size_t		piece, left;

	for (piece = 1; piece <= n; piece++) {
		body_start(&b, body_memory, true, 0, PLENTY);
		if (feed(&b, text, n, piece, &left) != want)
			fail_msg("in pieces of %zu: %s", piece, text);
		if (want == BODY_DONE) {
			assert_int_equal(left, 0);
			assert_int_equal(b.length, strlen(content));
			if (*content != '\0')
				assert_string_equal(b.data, content);
		}
		body_free(&b);
	}
}

#define GOOD(text, content)	check_chunked(text, sizeof(text) - 1, BODY_DONE, content)
#define BAD(text)		check_chunked(text, sizeof(text) - 1, BODY_MALFORMED, "")
#define SHORT(text)		check_chunked(text, sizeof(text) - 1, BODY_MORE, "")

static void
test_chunked_good(void **state)
{
	(void)state;
	GOOD("0\r\n\r\n", "");
	GOOD("3\r\nabc\r\n0\r\n\r\n", "abc");
	GOOD("1\r\na\r\n2\r\nbc\r\n000\r\n\r\n", "abc");
	GOOD("A\r\n0123456789\r\n0\r\n\r\n", "0123456789");
	GOOD("a;x=\"y;\\\"\r\n0123456789\r\n0 \t;z\r\n\r\n", "0123456789");
	GOOD("3\r\nabc\r\n0\r\nA: b\r\nC: d\r\n\r\n", "abc");
	GOOD("4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n");
}

static void
test_chunked_bad(void **state)
{
	(void)state;
	BAD("g\r\n");
	BAD("\r\n");
	BAD(";\r\n");
	BAD(" 1\r\n");
	BAD("-1\r\n");
	BAD("+1\r\n");
	BAD("0x1\r\n");
	BAD("1 \r\n");
	BAD("1 1\r\n");
	BAD("1\n");
	BAD("1\rx");
	BAD("1;a\x01\r\n");
	BAD("1\r\nab");
	BAD("1\r\na\n");
	BAD("1\r\na\r\r");
	BAD("0\r\n\n");
	BAD("0\r\n\rx");
	BAD("0\r\nA: b\rx");
	BAD("0\r\nA: \x7f\r\n");
	BAD("1234567890abcdef\r\n");
	SHORT("1\r\na\r\n0\r\n\r");
	SHORT("5\r\nabc");
}

/* Large bodies share what there is; small ones always have room, and all of it comes back. */
static void
test_room(void **state)
{
	static char	 piece[1 << 20];
	struct body	*bodies = calloc(200, sizeof(*bodies)), small;
	size_t		 used, n;

	(void)state;
	for (n = 0; n < 200; n++) {
		body_start(&bodies[n], body_memory, false, sizeof(piece), sizeof(piece));
		if (body_feed(&bodies[n], piece, sizeof(piece), &used) != BODY_DONE)
			break;
	}
	assert_true(n > 50 && n < 200);
	assert_true(body_held() <= BODY_ROOM);
	body_start(&small, body_memory, true, 0, PLENTY);
	assert_int_equal(body_feed(&small, "1\r\nx\r\n0\r\n\r\n", 11, &used), BODY_DONE);
	body_free(&small);
	body_start(&small, body_memory, true, 0, sizeof(piece));
	assert_int_equal(body_feed(&small, "80000\r\n", 7, &used), BODY_MORE);
	assert_int_equal(body_feed(&small, piece, 0x80000, &used), BODY_NO_ROOM);
	body_free(&small);
	for (n = 0; n < 200; n++)
		body_free(&bodies[n]);
	free(bodies);
	assert_int_equal(body_held(), 0);
}

static void
test_chunked_bounds(void **state)
{
	static char	text[3 * CHUNKED_EXTRA];
	struct body	b;
	size_t		left, n;

	(void)state;
	/* one size line */
	memset(text, 'a', sizeof(text));
	text[0] = '1';
	text[1] = ';';
	body_start(&b, body_memory, true, 0, PLENTY);
	assert_int_equal(feed(&b, text, CHUNKED_LINE, 100, &left), BODY_MORE);
	body_free(&b);
	body_start(&b, body_memory, true, 0, PLENTY);
	assert_int_equal(feed(&b, text, CHUNKED_LINE + 1, 100, &left), BODY_MALFORMED);
	body_free(&b);
	/* extensions of many chunks */
	for (n = 0; n + 220 < sizeof(text); n += 206) {
		memset(text + n, 'a', 206);
		memcpy(text + n, "1;", 2);
		memcpy(text + n + 201, "\r\na\r\n", 5);
	}
	body_start(&b, body_memory, true, 0, PLENTY);
	assert_int_equal(feed(&b, text, n, 100, &left), BODY_MALFORMED);
	body_free(&b);
	/* trailers */
	memcpy(text, "0\r\nA:", 5);
	memset(text + 5, 'a', sizeof(text) - 5);
	body_start(&b, body_memory, true, 0, PLENTY);
	assert_int_equal(feed(&b, text, sizeof(text), 100, &left), BODY_MALFORMED);
	body_free(&b);
}

static void
test_plain(void **state)
{
	struct body	b;
	size_t		piece, left;

	(void)state;
	for (piece = 1; piece <= 14; piece++) {
		body_start(&b, body_memory, false, 9, 9);
		assert_int_equal(feed(&b, "123456789GET /", 14, piece, &left), BODY_DONE);
		assert_int_equal(left, 5);
		assert_string_equal(b.data, "123456789");
		body_free(&b);
	}
	body_start(&b, body_memory, false, 0, 9);
	assert_int_equal(feed(&b, "GET /", 5, 5, &left), BODY_DONE);
	assert_int_equal(left, 5);
	body_free(&b);
}

/* Over the cap: known from the length, from the chunk's promise, or from what came. */
static void
test_cap(void **state)
{
	struct body	b;
	size_t		used, left;

	(void)state;
	body_start(&b, body_memory, false, 10, 9);
	assert_int_equal(body_feed(&b, "", 0, &used), BODY_TOO_LARGE);
	body_free(&b);
	body_start(&b, body_memory, true, 0, 9);
	assert_int_equal(feed(&b, "a\r\n", 3, 1, &left), BODY_TOO_LARGE);
	assert_null(b.data);
	body_free(&b);
	body_start(&b, body_memory, true, 0, 9);
	assert_int_equal(feed(&b, "9\r\n123456789\r\n0\r\n\r\n", 19, 4, &left), BODY_DONE);
	body_free(&b);
	body_start(&b, body_memory, true, 0, 9);
	assert_int_equal(feed(&b, "8\r\n12345678\r\n2\r\n12\r\n0\r\n\r\n", 25, 25, &left), BODY_TOO_LARGE);
	body_free(&b);
	body_start(&b, body_memory, true, 0, 9);
	assert_int_equal(feed(&b, "fffffffffffffff\r\n", 17, 17, &left), BODY_TOO_LARGE);
	body_free(&b);
	body_start(&b, body_discard, false, 100, 100);
	assert_int_equal(feed(&b, "abc", 3, 3, &left), BODY_MORE);
	assert_null(b.data);
	body_free(&b);
}

/* Memory follows what came, not what was announced. */
static void
test_memory(void **state)
{
	static char	text[50000];
	struct body	b;
	size_t		left;

	(void)state;
	memset(text, 'x', sizeof(text));
	body_start(&b, body_memory, false, 1000000000, 1000000000);
	assert_int_equal(feed(&b, text, 10, 10, &left), BODY_MORE);
	assert_true(b.room < 10000);
	assert_int_equal(feed(&b, text, sizeof(text), 777, &left), BODY_MORE);
	assert_int_equal(b.length, sizeof(text) + 10);
	assert_true(b.room < 4 * sizeof(text));
	assert_int_equal(b.data[b.length], '\0');
	body_free(&b);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_chunked_good), cmocka_unit_test(test_chunked_bad),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_chunked_bounds), cmocka_unit_test(test_plain), cmocka_unit_test(test_cap),
		cmocka_unit_test(test_memory),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
