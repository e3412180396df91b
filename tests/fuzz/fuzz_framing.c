/*
 * Any octets as a header block: taken apart the same whole or in two pieces, and never read past their end.
 * sources: api/http/framing.c api/base/text.c
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/framing.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_value(const struct framing *f, enum framing_field field)
{
	char	value[256];
	long	length = framing_value(f, field, value, sizeof(value));

	if (length >= 0 && (size_t)length < sizeof(value) && strlen(value) != (size_t)length)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char		*in = (const char *)data;
	struct framing		 f;
	enum framing_fault	 whole, first, second;
	size_t			 length, half, again;
	int			 field;

	whole = framing_scan(in, size, 0, &length);
	first = framing_scan(in, size / 2, 0, &half);
	if (first == FRAMING_GOOD && half == 0) {
		second = framing_scan(in, size, size / 2, &again);
		if (second != whole || again != length)
			abort();
	}
	if (whole != FRAMING_GOOD || length == 0)
		return (0);
	if (framing_parse(in, length, &f) != FRAMING_GOOD)
		return (0);
	if (f.chunked && (f.has_length || f.http10))
		abort();
	if ((f.chunked || f.length > 0) && (f.method == FRAMING_GET || f.method == FRAMING_DELETE))
		abort();
	if (f.path.length == 0 || (f.path.text[0] != '/' && f.path.text[0] != '*'))
		abort();
	for (field = 0; field < FRAMING_KNOWN; field++)
		check_value(&f, (enum framing_field)field);
	return (0);
}
