#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "base/text.h"
#include "http/trace.h"

/* Lower-case hexadecimal, not all zero. */
static bool
hex_good(const char *text, size_t n)
{
	bool	zero = true;
	size_t	i;

	for (i = 0; i < n; i++) {
		if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
			return (false);
		zero = zero && text[i] == '0';
	}
	return (!zero);
}

/* 00-<32 hex>-<16 hex>-<2 hex>; the flags may be 00. */
static bool
parent_good(const char *p)
{
	return (strlen(p) == 55 && memcmp(p, "00-", 3) == 0 && p[35] == '-' && p[52] == '-' &&
	    hex_good(p + 3, 32) && hex_good(p + 36, 16) &&
	    strspn(p + 53, "0123456789abcdef") == 2);
}

/* Sixteen random octets; one call of the kernel's serves many. */
static void
trace_random(uint8_t octets[16])
{
	static uint8_t	pool[1024];
	static size_t	left;

	if (left == 0) {
		if (getrandom(pool, sizeof(pool), 0) != (ssize_t)sizeof(pool)) {
			memset(octets, 1, 16);	/* an id is owed, even without entropy */
			return;
		}
		left = sizeof(pool);
	}
	left -= 16;
	memcpy(octets, pool + left, 16);
}

void
trace_take(const char *traceparent, char id[33])
{
	uint8_t	random[16];

	if (traceparent != NULL && parent_good(traceparent)) {
		memcpy(id, traceparent + 3, 32);
		id[32] = '\0';
		return;
	}
	trace_random(random);
	text_hex(id, random, sizeof(random));
}
