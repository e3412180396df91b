/*
 * Any octets as a receipt somebody typed: what is read is written in one way only, and reads again as itself.
 * sources: api/rule/receipt.c
 */
#include <stdlib.h>
#include <string.h>

#include "rule/receipt.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_text(const char *text)
{
	char	again[RECEIPT_SIZE];
	size_t	i;

	if (strlen(text) != RECEIPT_SIZE - 1 || receipt_read(text, RECEIPT_SIZE - 1, again) != RECEIPT_GOOD || strcmp(text, again) != 0)
		abort();
	for (i = 0; i < RECEIPT_SIZE - 1; i++)
		if ((i % 5 == 4) != (text[i] == '-') || strchr("ILOU", text[i]) != NULL)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	text[RECEIPT_SIZE], *typed = malloc(size + 1);

	memcpy(typed, data, size);
	typed[size] = '\0';
	if (receipt_read(typed, size, text) == RECEIPT_GOOD)
		check_text(text);
	if (strlen(typed) == size && (receipt_check(typed) == NULL) != (receipt_read(typed, size, text) == RECEIPT_GOOD))
		abort();
	if (size >= RECEIPT_RANDOM) {
		receipt_write(text, data);
		check_text(text);
	}
	free(typed);
	return (0);
}
