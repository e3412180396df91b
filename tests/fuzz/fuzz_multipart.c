/*
 * Any octets as a form: taken apart the same in any pieces, everything handed over lies within its bounds, and the name of the
 * file that comes out of it is refused or safe in a header.
 * sources: api/http/multipart.c api/http/filename.c api/base/text.c api/base/arena.c api/base/memory.c api/base/buf.c
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/filename.h"
#include "http/multipart.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct sum {
	uint64_t	octets, hash;
	unsigned	fields;
};

static bool
octets(void *owner, const char *bytes, size_t n)
{
	struct sum	*s = owner;
	size_t		 i;

	if (n == 0)
		abort();
	for (i = 0; i < n; i++)
		s->hash = (s->hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
	s->octets += n;
	return (true);
}

static bool
field(void *owner, const char *name, const char *value)
{
	struct sum	*s = owner;

	if (++s->fields > MULTIPART_FIELDS || *name == '\0' || strlen(name) >= MULTIPART_NAME || strlen(value) >= MULTIPART_VALUE)
		abort();
	return (true);
}

/* Feed it in pieces of 1 to `step` octets, each in memory of its own. */
static bool
feed(struct multipart *m, struct sum *s, const uint8_t *data, size_t size, size_t step)
{
	size_t	i, n;
	char	*piece;
	bool	good = true;

	memset(s, 0, sizeof(*s));
	if (!multipart_start(m, "multipart/form-data; boundary=x"))
		abort();
	m->octets = octets;
	m->field = field;
	m->owner = s;
	for (i = 0; good && i < size; i += n) {
		n = 1 + (i * 7 + step) % step;
		n = n < size - i ? n : size - i;
		piece = malloc(n);
		memcpy(piece, data + i, n);
		good = multipart_feed(m, piece, n);
		free(piece);
	}
	if (!good && m->fault == NULL)
		abort();
	return (good && multipart_whole(m));
}

static void
check_name(const char *sent)
{
	struct arena	*arena = arena_create();
	const char	*why, *name = filename_clean(arena, sent, &why), *p;

	if (name != NULL) {
		if (strpbrk(name, "/\\\r\n") != NULL || *name == '\0' || !text_utf8(name, strlen(name)))
			abort();
		for (p = filename_disposition(arena, "attachment", name); *p != '\0'; p++)
			if (*p < ' ' || *p > '~')
				abort();
		if (strlen(filename_extension(arena, name)) > 8)
			abort();
	}
	arena_destroy(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct multipart	one, other;
	struct sum		first, second;
	char			type[128];

	if (feed(&one, &first, data, size, size + 1) != feed(&other, &second, data, size, 5))
		abort();
	if (first.octets != second.octets || first.hash != second.hash || first.fields != second.fields || first.octets > size)
		abort();
	if (one.has_file)
		check_name(one.filename);
	memcpy(type, data, size < sizeof(type) ? size : sizeof(type) - 1);
	type[size < sizeof(type) ? size : sizeof(type) - 1] = '\0';
	if (multipart_start(&one, type) && one.length > MULTIPART_BOUNDARY + 4)
		abort();
	return (0);
}
