#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"

#define BLOCK_SIZE	16384
#define SPARE_BLOCKS	64
#define ALIGN(n)	(((n) + 15u) & ~(size_t)15u)

struct block {
	struct block	*next;
	size_t		 size;		/* octets after the header */
	size_t		 used;
	size_t		 padding;	/* keeps the octets aligned to 16 */
};

struct arena {
	struct block	*blocks;	/* newest first; the arena itself lies in the last */
};

static struct block	*spare;
static size_t		 nspare;

static struct block *
block_take(size_t size)
{
	struct block	*b;

	if (size <= BLOCK_SIZE && spare != NULL) {
		b = spare;
		spare = b->next;
		nspare--;
	} else {
		if (size < BLOCK_SIZE)
			size = BLOCK_SIZE;
		if (size > SIZE_MAX - sizeof(*b) || (b = malloc(sizeof(*b) + size)) == NULL)
			memory_out();
		b->size = size;
	}
	b->used = 0;
	b->next = NULL;
	return (b);
}

static void
block_give(struct block *b)
{
	if (b->size != BLOCK_SIZE || nspare == SPARE_BLOCKS) {
		free(b);
		return;
	}
	b->next = spare;
	spare = b;
	nspare++;
}

static char *
block_octets(struct block *b)
{
	return ((char *)(b + 1));
}

struct arena *
arena_create(void)
{
	struct block	*b = block_take(sizeof(struct arena));
	struct arena	*a = (struct arena *)(void *)block_octets(b);

	b->used = ALIGN(sizeof(*a));
	a->blocks = b;
	return (a);
}

void
arena_destroy(struct arena *a)
{
	struct block	*b, *next;

	if (a == NULL)
		return;
	for (b = a->blocks; b != NULL; b = next) {
		next = b->next;
		block_give(b);
	}
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct block	*b = a->blocks;
	void		*p;

	if (size > SIZE_MAX - 16)
		memory_out();
	size = ALIGN(size);
	if (b->size - b->used < size) {
		b = block_take(size);
		b->next = a->blocks;
		a->blocks = b;
	}
	p = block_octets(b) + b->used;
	b->used += size;
	return (p);
}

void *
arena_zero(struct arena *a, size_t size)
{
	return (memset(arena_alloc(a, size), 0, size));
}

char *
arena_dup(struct arena *a, const void *bytes, size_t size)
{
	char	*p = arena_alloc(a, size + 1);

	if (size > 0)
		memcpy(p, bytes, size);
	p[size] = '\0';
	return (p);
}

char *
arena_string(struct arena *a, const char *s)
{
	return (arena_dup(a, s, strlen(s)));
}

char *
arena_format(struct arena *a, const char *format, ...)
{
	va_list	 ap, again;
	char	*p;
	int	 n;

	va_start(ap, format);
	va_copy(again, ap);
	if ((n = vsnprintf(NULL, 0, format, ap)) < 0)
		memory_out();
	p = arena_alloc(a, (size_t)n + 1);
	(void)vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	va_end(ap);
	return (p);
}

void *
arena_grow(struct arena *a, void *old, size_t used, size_t size)
{
	struct block	*b = a->blocks;
	size_t		 start;
	void		*p;

	if (size > SIZE_MAX - 16)
		memory_out();
	if (old != NULL && (char *)old >= block_octets(b) && (char *)old < block_octets(b) + b->used) {
		start = (size_t)((char *)old - block_octets(b));
		if (start + ALIGN(used) == b->used && b->size - start >= ALIGN(size)) {
			b->used = start + ALIGN(size);
			return (old);
		}
	}
	p = arena_alloc(a, size);
	if (old != NULL && used > 0)
		memcpy(p, old, used);
	return (p);
}
