/* Receipts of reports: 19 random symbols of Crockford's base 32 (95 bits) and one that checks them, written in groups of four,
 * XXXX-XXXX-XXXX-XXXX-XXXX. Source of the alphabet: crockford.com/base32. Its own check symbol is one of 37 and may be `*` or `$`;
 * ours is of the same 32, so that all of it can be read out and typed on any telephone. */
#ifndef RULE_RECEIPT_H
#define RULE_RECEIPT_H

#include <stddef.h>
#include <stdint.h>

#define RECEIPT_RANDOM	19	/* symbols that mean something */
#define RECEIPT_SIZE	25	/* octets of the text: 20 symbols, 4 hyphens, NUL */

enum receipt_fault {
	RECEIPT_GOOD,
	RECEIPT_LENGTH,		/* too few or too many symbols */
	RECEIPT_SYMBOL,		/* something that is no symbol */
	RECEIPT_CHECK		/* the last symbol does not fit: one is wrong, or two have changed places */
};

/* The text of 19 symbols, of each of which the low five bits count. */
void receipt_write(char text[RECEIPT_SIZE], const uint8_t symbols[RECEIPT_RANDOM]);

/* Read what a person has typed: capital or small, with O for 0, I and L for 1, with blanks and hyphens or without. Writes
 * it to `text` as receipt_write() does, on success only. */
enum receipt_fault receipt_read(const char *typed, size_t length, char text[RECEIPT_SIZE]) __attribute__((warn_unused_result));

/* NULL when a NUL-ended text is a receipt, else what is wrong with it (zh / en), static. */
const char *receipt_check(const char *typed);

#endif
