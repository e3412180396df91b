/*
 * Any octets as the header values of a resumable upload: what is taken keeps its bounds.
 * sources: api/rule/tus.c api/base/text.c
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "rule/tus.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_text(const char *text, size_t size)
{
	size_t	i, n = strnlen(text, size);

	if (n == size || !text_utf8(text, n))
		abort();
	for (i = 0; i < n; i++)
		if ((unsigned char)text[i] < 0x20)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tus_metadata	m;
	struct tus_checksum	sum;
	char			*text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	if (tus_number(text) < -1 || tus_number(text) >= INT64_C(1) << 53)
		abort();
	if (tus_checksum(text, &sum) == NULL && sum.length != (sum.algorithm == TUS_SHA1 ? 20 : 32))
		abort();
	if (tus_metadata(text, &m) == NULL) {
		check_text(m.filename, sizeof(m.filename));
		check_text(m.filetype, sizeof(m.filetype));
		check_text(m.district, sizeof(m.district));
	}
	free(text);
	return (0);
}
