/*
 * Receipts: written, read as people type them, and every slip of one symbol or of two neighbours told.
 * sources: api/rule/receipt.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rule/receipt.h"

static const char	alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void
made(char text[RECEIPT_SIZE], unsigned seed)
{
	uint8_t	symbols[RECEIPT_RANDOM];
	size_t	i;

	for (i = 0; i < sizeof(symbols); i++) {
		seed = seed * 1103515245u + 12345u;
		symbols[i] = (uint8_t)(seed >> 16);
	}
	receipt_write(text, symbols);
}

static enum receipt_fault
reads(const char *typed)
{
	char	text[RECEIPT_SIZE];

	return (receipt_read(typed, strlen(typed), text));
}

static void
test_written(void **state)
{
	uint8_t	zeros[RECEIPT_RANDOM] = { 0 }, ones[RECEIPT_RANDOM];
	char	text[RECEIPT_SIZE];

	(void)state;
	receipt_write(text, zeros);
	assert_string_equal(text, "0000-0000-0000-0000-0000");
	memset(ones, 0xff, sizeof(ones));	/* only the low five bits count */
	receipt_write(text, ones);
	assert_int_equal(strspn(text, "Z-"), RECEIPT_SIZE - 2);
	assert_int_equal(reads(text), RECEIPT_GOOD);
}

static void
test_typed_by_people(void **state)
{
	char	text[RECEIPT_SIZE], back[RECEIPT_SIZE], typed[64];
	size_t	i, n = 0;

	(void)state;
	receipt_write(text, (const uint8_t[RECEIPT_RANDOM]){ 0, 1, 0, 1, 10, 11, 12 });
	for (i = 0; text[i] != '\0'; i++)
		typed[n++] = text[i] == '0' ? 'o' : text[i] == '1' ? "lI"[i % 2] : text[i] == '-' ? ' ' : (char)(text[i] | 0x20);
	assert_int_equal(receipt_read(typed, n, back), RECEIPT_GOOD);
	assert_string_equal(back, text);
	n = 0;
	for (i = 0; text[i] != '\0'; i++)
		if (text[i] != '-')
			typed[n++] = text[i];
	assert_int_equal(receipt_read(typed, n, back), RECEIPT_GOOD);
	assert_string_equal(back, text);
}

static void
test_every_single_slip(void **state)
{
	char		text[RECEIPT_SIZE], was;
	unsigned	seed;
	size_t		i, k;

	(void)state;
	for (seed = 1; seed <= 50; seed++) {
		made(text, seed);
		for (i = 0; i < RECEIPT_SIZE - 1; i++) {
			if ((was = text[i]) == '-')
				continue;
			for (k = 0; k < 32; k++) {
				text[i] = alphabet[k];
				assert_int_equal(reads(text), text[i] == was ? RECEIPT_GOOD : RECEIPT_CHECK);
			}
			text[i] = was;
		}
	}
}

static void
test_every_swap_of_neighbours(void **state)
{
	char		text[RECEIPT_SIZE], a, b;
	unsigned	seed;
	size_t		i, next;

	(void)state;
	for (seed = 1; seed <= 200; seed++) {
		made(text, seed);
		for (i = 0; i < RECEIPT_SIZE - 2; i++) {
			next = text[i + 1] == '-' ? i + 2 : i + 1;
			if (text[i] == '-' || text[i] == text[next])
				continue;
			a = text[i];
			b = text[next];
			text[i] = b;
			text[next] = a;
			assert_int_equal(reads(text), RECEIPT_CHECK);
			text[i] = a;
			text[next] = b;
		}
	}
}

static void
test_other_faults(void **state)
{
	(void)state;
	assert_int_equal(reads(""), RECEIPT_LENGTH);
	assert_int_equal(reads("0000-0000-0000-0000-000"), RECEIPT_LENGTH);
	assert_int_equal(reads("0000-0000-0000-0000-00000"), RECEIPT_LENGTH);
	assert_int_equal(reads("0000-0000-0000-0000-000U"), RECEIPT_SYMBOL);
	assert_int_equal(reads("0000-0000-0000-0000-000\xe9"), RECEIPT_SYMBOL);
	assert_null(receipt_check("0000 0000 0000 0000 0000"));
	assert_non_null(strstr(receipt_check("0000 0000 0000 0000 0001"), "slip"));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_written), cmocka_unit_test(test_typed_by_people), cmocka_unit_test(test_every_single_slip),
		cmocka_unit_test(test_every_swap_of_neighbours), cmocka_unit_test(test_other_faults)
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
