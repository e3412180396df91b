/*
 * The header block taken apart: each row is a block and what must come of it.
 * sources: api/http/framing.c api/base/text.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/framing.h"

#define HOST	"Host: example.org\r\n"
#define BLOCK(text)	{ text, sizeof(text) - 1 }

struct row {
	struct {
		const char	*text;
		size_t		 length;
	} block;
	enum framing_fault	 fault;
};

/* Scan and parse as the guard does, from memory that ends with the block: ASan sees every octet too far. */
static enum framing_fault
take(const char *text, size_t n, struct framing *out, char **copy)
{
	enum framing_fault	fault;
	size_t			length;

	*copy = malloc(n);
	memcpy(*copy, text, n);
	fault = framing_scan(*copy, n, 0, &length);
	if (fault != FRAMING_GOOD)
		return (fault);
	if (length == 0)
		return (FRAMING_CUT);
	assert_int_equal(length, n);
	return (framing_parse(*copy, n, out));
}

static void
check(const struct row *rows, size_t n)
{
	struct framing		f;
	enum framing_fault	fault;
	char			*copy;
	size_t			i;

	for (i = 0; i < n; i++) {
		fault = take(rows[i].block.text, rows[i].block.length, &f, &copy);
		free(copy);
		if (fault != rows[i].fault)
			fail_msg("row %zu: fault %d, not %d:\n%s", i, fault, rows[i].fault, rows[i].block.text);
	}
}

#define CHECK(rows)	check(rows, sizeof(rows) / sizeof((rows)[0]))

static void
test_request_line(void **state)
{
	static const struct row rows[] = {
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "\r\n"), FRAMING_GOOD },
		{ BLOCK("GET / HTTP/1.0\r\n\r\n"), FRAMING_GOOD },
		{ BLOCK("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), FRAMING_GOOD },
		{ BLOCK("GET http://a.b/c?d HTTP/1.1\r\n" HOST "\r\n"), FRAMING_GOOD },
		{ BLOCK("GET HTTPS://a.b/ HTTP/1.1\r\n" HOST "\r\n"), FRAMING_GOOD },
		{ BLOCK("GET http://a.b HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_TARGET },
		{ BLOCK("GET ftp://a.b/ HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_TARGET },
		{ BLOCK("GET * HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_TARGET },
		{ BLOCK("GET /# HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_TARGET },
		{ BLOCK("GET /%e9%94%ae HTTP/1.1\r\n" HOST "\r\n"), FRAMING_GOOD },
		{ BLOCK("GET /%e9%94 HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_TARGET },
		{ BLOCK("GET /%ed%a0%80 HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_TARGET },
		{ BLOCK("GET /%0a HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_TARGET },
		{ BLOCK("GET /%7f HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_TARGET },
		{ BLOCK("GET /%4 HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_TARGET },
		{ BLOCK("GET /\xe9 HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_TARGET },
		{ BLOCK("GET  / HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_LINE },
		{ BLOCK("GET /  HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_LINE },
		{ BLOCK(" GET / HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_LINE },
		{ BLOCK("GET / HTTP/1.1 \r\n" HOST "\r\n"), FRAMING_BAD_LINE },
		{ BLOCK("GET / HTTP/11\r\n" HOST "\r\n"), FRAMING_BAD_LINE },
		{ BLOCK("GET / http/1.1\r\n" HOST "\r\n"), FRAMING_BAD_LINE },
		{ BLOCK("GET /\r\n\r\n"), FRAMING_BAD_LINE },
		{ BLOCK("GET\r\n\r\n"), FRAMING_BAD_LINE },
		{ BLOCK("G(T / HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_LINE },
		{ BLOCK("GET\t/ HTTP/1.1\r\n" HOST "\r\n"), FRAMING_BAD_OCTET },
		{ BLOCK("BREW / HTTP/1.1\r\n" HOST "\r\n"), FRAMING_UNKNOWN_METHOD },
		{ BLOCK("get / HTTP/1.1\r\n" HOST "\r\n"), FRAMING_UNKNOWN_METHOD },
		{ BLOCK("GET / HTTP/1.2\r\n" HOST "\r\n"), FRAMING_UNKNOWN_VERSION },
		{ BLOCK("GET / HTTP/2.0\r\n" HOST "\r\n"), FRAMING_UNKNOWN_VERSION },
	};

	(void)state;
	CHECK(rows);
}

static void
test_fields(void **state)
{
	static const struct row rows[] = {
		{ BLOCK("GET / HTTP/1.1\r\n\r\n"), FRAMING_BAD_HOST },
		{ BLOCK("GET / HTTP/1.1\r\nHost:\r\n\r\n"), FRAMING_BAD_HOST },
		{ BLOCK("GET / HTTP/1.1\r\nHostile: a\r\n\r\n"), FRAMING_BAD_HOST },
		{ BLOCK("GET / HTTP/1.1\r\nHost: a:80\r\n\r\n"), FRAMING_GOOD },
		{ BLOCK("GET / HTTP/1.1\r\nHOST:\t[::1]:80 \r\n\r\n"), FRAMING_GOOD },
		{ BLOCK("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"), FRAMING_BAD_HOST },
		{ BLOCK("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n"), FRAMING_BAD_HOST },
		{ BLOCK("GET / HTTP/1.1\r\nHost: :80\r\n\r\n"), FRAMING_BAD_HOST },
		{ BLOCK("GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n"), FRAMING_BAD_HOST },
		{ BLOCK("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), FRAMING_BAD_HOST },
		{ BLOCK("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), FRAMING_BAD_HOST },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST HOST "\r\n"), FRAMING_REPEATED },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "A: b\r\n c\r\n\r\n"), FRAMING_FOLDED },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "A : b\r\n\r\n"), FRAMING_BAD_FIELD },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "A\r\n\r\n"), FRAMING_BAD_FIELD },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST ": b\r\n\r\n"), FRAMING_BAD_FIELD },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "A:\r\n\r\n"), FRAMING_GOOD },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "A: \xe9\x94\xae\r\n\r\n"), FRAMING_GOOD },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "If-Match: \xe9\r\n\r\n"), FRAMING_BAD_FIELD },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "A: b\nB: c\r\n\r\n"), FRAMING_BAD_OCTET },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "A: b\rc\r\n\r\n"), FRAMING_BAD_OCTET },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "A: b\0c\r\n\r\n"), FRAMING_BAD_OCTET },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "A: b\x01\r\n\r\n"), FRAMING_BAD_OCTET },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\n\r\n"), FRAMING_GOOD },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "Expect: 100-continue, x\r\n\r\n"), FRAMING_BAD_EXPECTATION },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "Authorization: a\r\nauthorization: b\r\n\r\n"), FRAMING_REPEATED },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "Accept: a\r\nAccept: b\r\n\r\n"), FRAMING_GOOD },
	};

	(void)state;
	CHECK(rows);
}

static void
test_lengths(void **state)
{
	static const struct row rows[] = {
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Content-Length: 007\r\n\r\n"), FRAMING_GOOD },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Content-Length: 7\r\nContent-Length: 7\r\n\r\n"), FRAMING_REPEATED },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Content-Length: 7,7\r\n\r\n"), FRAMING_BAD_LENGTH },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Content-Length: +7\r\n\r\n"), FRAMING_BAD_LENGTH },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Content-Length: 7 7\r\n\r\n"), FRAMING_BAD_LENGTH },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n"), FRAMING_BAD_LENGTH },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
		    FRAMING_BOTH_LENGTHS },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n"),
		    FRAMING_BOTH_LENGTHS },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: cHuNkEd\r\n\r\n"), FRAMING_GOOD },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, chunked\r\n\r\n"), FRAMING_BAD_CODING },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked,gzip\r\n\r\n"), FRAMING_BAD_CODING },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\r\n"), FRAMING_BAD_CODING },
		{ BLOCK("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), FRAMING_BAD_CODING },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n"), FRAMING_UNKNOWN_CODING },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked;a=b\r\n\r\n"), FRAMING_UNKNOWN_CODING },
		{ BLOCK("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \"chunked\"\r\n\r\n"), FRAMING_UNKNOWN_CODING },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n"), FRAMING_UNWANTED_BODY },
		{ BLOCK("GET / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n"), FRAMING_GOOD },
		{ BLOCK("DELETE / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"), FRAMING_UNWANTED_BODY },
		{ BLOCK("OPTIONS / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n"), FRAMING_UNWANTED_BODY },
	};

	(void)state;
	CHECK(rows);
}

static void
test_what_is_found(void **state)
{
	static const char	text[] = "PATCH /a%20b/c?d=e&f HTTP/1.1\r\nhOsT: x\r\nContent-Length:  12  \r\n"
	    "Accept: a/b \r\nX: y\r\nACCEPT:c/d\r\nConnection: keep-alive, Close\r\nExpect: 100-continue\r\n\r\n";
	struct framing	f = { 0 };
	char		value[64], *copy = NULL;

	(void)state;
	assert_int_equal(take(text, sizeof(text) - 1, &f, &copy), FRAMING_GOOD);
	assert_int_equal(f.method, FRAMING_PATCH);
	assert_int_equal(f.path.length, 8);
	assert_memory_equal(f.path.text, "/a%20b/c", 8);
	assert_int_equal(f.query.length, 5);
	assert_memory_equal(f.query.text, "d=e&f", 5);
	assert_true(f.close && f.expect && f.has_length && !f.chunked && !f.http10);
	assert_int_equal(f.length, 12);
	assert_int_equal(framing_value(&f, FRAMING_ACCEPT, value, sizeof(value)), 8);
	assert_string_equal(value, "a/b, c/d");
	assert_int_equal(framing_value(&f, FRAMING_ACCEPT, value, 9), 8);
	assert_string_equal(value, "a/b, c/d");
	assert_int_equal(framing_value(&f, FRAMING_ACCEPT, value, 8), 8);
	assert_string_equal(value, "");
	assert_int_equal(framing_value(&f, FRAMING_ORIGIN, value, sizeof(value)), -1);
	free(copy);
}

static void
test_huge_length(void **state)
{
	static const char	text[] = "PUT / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551617\r\n\r\n";
	struct framing	f = { 0 };
	char		*copy = NULL;

	(void)state;
	assert_int_equal(take(text, sizeof(text) - 1, &f, &copy), FRAMING_GOOD);
	assert_true(f.length > UINT64_MAX / 1000);	/* not 1 */
	free(copy);
}

/* The answer to a bad request line still speaks the client's language. */
static void
test_lines_after_a_fault(void **state)
{
	static const char	text[] = "GET /# HTTP/1.1\r\nHost: x\r\nAccept-Language: en\r\n\r\n";
	struct framing	f;
	char		value[8], *copy;

	(void)state;
	assert_int_equal(take(text, sizeof(text) - 1, &f, &copy), FRAMING_BAD_TARGET);
	assert_int_equal(framing_value(&f, FRAMING_ACCEPT_LANGUAGE, value, sizeof(value)), 2);
	assert_string_equal(value, "en");
	free(copy);
}

/* However the octets are cut into pieces, the end is found where it is. */
static void
test_scan_in_pieces(void **state)
{
	static const char	text[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET";
	size_t	cut, length, whole = sizeof(text) - 1 - 3;

	(void)state;
	for (cut = 0; cut < whole; cut++) {
		assert_int_equal(framing_scan(text, cut, 0, &length), FRAMING_GOOD);
		assert_int_equal(length, 0);
		assert_int_equal(framing_scan(text, sizeof(text) - 1, cut, &length), FRAMING_GOOD);
		assert_int_equal(length, whole);
	}
}

static void
test_bounds(void **state)
{
	static char	block[FRAMING_BLOCK + 100];
	struct framing	f;
	size_t		length, n, i;

	(void)state;
	memset(block, 'a', sizeof(block));
	memcpy(block, "GET /", 5);
	assert_int_equal(framing_scan(block, FRAMING_LINE, 0, &length), FRAMING_GOOD);
	assert_int_equal(framing_scan(block, FRAMING_LINE + 1, 0, &length), FRAMING_LONG_TARGET);
	memcpy(block, "GET / HTTP/1.1\r\nHost: x\r\nA: ", 28);
	memcpy(block + FRAMING_BLOCK - 4, "\r\n\r\n", 4);
	assert_int_equal(framing_scan(block, FRAMING_BLOCK, 0, &length), FRAMING_GOOD);
	assert_int_equal(length, FRAMING_BLOCK);
	assert_int_equal(framing_parse(block, length, &f), FRAMING_GOOD);
	memset(block + FRAMING_BLOCK - 4, 'a', 4);
	assert_int_equal(framing_scan(block, FRAMING_BLOCK, 0, &length), FRAMING_LARGE_BLOCK);
	for (n = FRAMING_FIELDS - 1; n <= FRAMING_FIELDS; n++) {	/* beside Host */
		length = 25;
		for (i = 0; i < n; i++, length += 6)
			memcpy(block + length, "A: b\r\n", 6);
		memcpy(block + length, "\r\n", 2);
		assert_int_equal(framing_parse(block, length + 2, &f),
		    n < FRAMING_FIELDS ? FRAMING_GOOD : FRAMING_MANY_FIELDS);
	}
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_request_line), cmocka_unit_test(test_fields), cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_what_is_found), cmocka_unit_test(test_huge_length),
		cmocka_unit_test(test_lines_after_a_fault), cmocka_unit_test(test_scan_in_pieces),
		cmocka_unit_test(test_bounds),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
