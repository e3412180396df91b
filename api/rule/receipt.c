#include <string.h>

#include "rule/receipt.h"

#define SYMBOLS		(RECEIPT_RANDOM + 1)
#define NO_SYMBOL	32

static const char	alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Times x in GF(32) modulo x^5 + x^2 + 1, which x generates. */
static uint8_t
times_x(uint8_t a)
{
	a = (uint8_t)(a << 1);
	return (a & 32 ? a ^ 37 : a);
}

/* The sum of symbol n times x^(19 - n). Powers of x differ over 31 places, so a single wrong symbol and two neighbours that
 * have changed places always change it. */
static uint8_t
check_of(const uint8_t symbols[RECEIPT_RANDOM])
{
	uint8_t	sum = 0;
	size_t	i;

	for (i = 0; i < RECEIPT_RANDOM; i++)
		sum = times_x(sum ^ (symbols[i] & 31));
	return (sum);
}

static uint8_t
symbol_of(char c)
{
	const char	*at;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	else if (c == 'I' || c == 'L')
		c = '1';
	at = c == '\0' ? NULL : strchr(alphabet, c);
	return (at == NULL ? NO_SYMBOL : (uint8_t)(at - alphabet));
}

void
receipt_write(char text[RECEIPT_SIZE], const uint8_t symbols[RECEIPT_RANDOM])
{
	size_t	i;

	for (i = 0; i < SYMBOLS; i++) {
		if (i > 0 && i % 4 == 0)
			*text++ = '-';
		*text++ = alphabet[i < RECEIPT_RANDOM ? symbols[i] & 31 : check_of(symbols)];
	}
	*text = '\0';
}

enum receipt_fault
receipt_read(const char *typed, size_t length, char text[RECEIPT_SIZE])
{
	uint8_t	symbols[SYMBOLS];
	size_t	i, n = 0;

	for (i = 0; i < length; i++) {
		if (typed[i] == ' ' || typed[i] == '-')
			continue;
		if (n == SYMBOLS)
			return (RECEIPT_LENGTH);
		if ((symbols[n++] = symbol_of(typed[i])) == NO_SYMBOL)
			return (RECEIPT_SYMBOL);
	}
	if (n != SYMBOLS)
		return (RECEIPT_LENGTH);
	if (check_of(symbols) != symbols[RECEIPT_RANDOM])
		return (RECEIPT_CHECK);
	receipt_write(text, symbols);
	return (RECEIPT_GOOD);
}

const char *
receipt_check(const char *typed)
{
	static const char *const	faults[] = {
		[RECEIPT_LENGTH] = "回执应为 20 个字符，请检查是否少抄或多抄 / a receipt has 20 characters",
		[RECEIPT_SYMBOL] = "回执只含数字和字母（没有 U） / a receipt holds digits and letters, never U",
		[RECEIPT_CHECK] = "回执抄错了：有一个字符不对，或相邻两个写反了 / a slip: one character is wrong, or two have changed places"
	};
	char	text[RECEIPT_SIZE];

	return (faults[receipt_read(typed, strlen(typed), text)]);
}
