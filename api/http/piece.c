#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "http/piece.h"

#define MARK_NAME	64

/* While a piece is unverified a second file, as long as what stands before it, says so: a worker that dies cannot leave
 * it behind as if it had been verified. */
static void
mark_name(char mark[MARK_NAME], const char *name)
{
	(void)snprintf(mark, MARK_NAME, "%.36s.check", name);
}

/* Octets before an unverified piece; -1: there is none. */
static int64_t
mark_read(const char *name)
{
	char	mark[MARK_NAME];
	int64_t	size;
	int	fd;

	mark_name(mark, name);
	if ((fd = store_incoming_open(mark, false)) == -1)
		return (-1);
	size = store_size(fd);
	(void)close(fd);
	return (size < 0 ? 0 : size);
}

static bool
mark_make(const char *name, int64_t offset)
{
	char	mark[MARK_NAME];
	bool	good;
	int	fd;

	mark_name(mark, name);
	if ((fd = store_incoming_open(mark, true)) == -1)
		return (false);
	good = store_truncate(fd, offset);
	(void)close(fd);
	return (good);
}

static void
mark_drop(const char *name)
{
	char	mark[MARK_NAME];

	mark_name(mark, name);
	(void)store_drop(mark);
}

/* What of so many octets counts. A file that has all of them and is no attachment yet (the worker died, or it was refused)
 * keeps the last one back: a client that is told of the whole length sends no more, and nothing would come of it. */
static int64_t
counted(int64_t size, int64_t marked, int64_t length)
{
	if (marked >= 0 && marked < size)
		size = marked;
	return (size >= length ? length - 1 : size);
}

int64_t
piece_offset(const char *name, int64_t length)
{
	int64_t	size;
	int	fd = store_incoming_open(name, false);

	if (fd == -1)
		return (errno == ENOENT ? 0 : -1);
	size = store_size(fd);
	(void)close(fd);
	return (size < 0 ? -1 : counted(size, mark_read(name), length));
}

bool
piece_open(struct piece *p, const char *name, int64_t length)
{
	int64_t	size, marked;
	int	error;

	memset(p, 0, sizeof(*p));
	p->length = length;
	(void)snprintf(p->name, sizeof(p->name), "%s", name);
	if ((p->fd = store_incoming_open(p->name, true)) == -1)
		return (false);
	if (flock(p->fd, LOCK_EX | LOCK_NB) == -1 || (size = store_size(p->fd)) < 0)
		goto out;
	marked = mark_read(p->name);
	p->offset = counted(size, marked, length);
	if (p->offset < size && !store_truncate(p->fd, p->offset))
		goto out;
	if (marked >= 0)
		mark_drop(p->name);
	return (true);
out:
	error = errno;
	piece_close(p);
	errno = error;
	return (false);
}

bool
piece_guard(struct piece *p, const struct tus_checksum *sum)
{
	p->sum = *sum;
	p->digest = crypto_digest_new(sum->algorithm == TUS_SHA1 ? "SHA1" : "SHA256");
	return (p->digest != NULL && mark_make(p->name, p->offset));
}

bool
piece_feed(struct piece *p, const void *octets, size_t length)
{
	p->taken += (int64_t)length;
	return (p->digest == NULL || crypto_digest_add(p->digest, octets, length));
}

bool
piece_verify(struct piece *p)
{
	uint8_t	hash[CRYPTO_DIGEST_MAX];

	if (p->digest == NULL)
		return (true);
	/* piece_close() cuts off what still has its digest */
	if (crypto_digest_end(p->digest, hash) != p->sum.length || memcmp(hash, p->sum.digest, p->sum.length) != 0)
		return (false);
	crypto_digest_free(p->digest);
	p->digest = NULL;
	mark_drop(p->name);
	return (true);
}

bool
piece_ends(const struct piece *p)
{
	return (p->offset + p->taken == p->length);
}

void
piece_close(struct piece *p)
{
	/* where it cannot be cut off the mark stays, and says so to whoever comes next */
	if (p->fd != -1 && p->digest != NULL && store_truncate(p->fd, p->offset))
		mark_drop(p->name);
	crypto_digest_free(p->digest);
	p->digest = NULL;
	if (p->fd != -1)
		(void)close(p->fd);
	p->fd = -1;
}

void
piece_forget(const char *name)
{
	(void)store_drop(name);
	mark_drop(name);
}
