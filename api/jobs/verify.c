#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "crypto/digest.h"
#include "jobs/verify.h"
#include "store/store.h"

#define PAGE		"1000"
#define PIECE		(1024UL * 1024)
#define EVERY_MS	5000		/* between two lines of progress */
#define NONE		"0000000000000000000000000000000000000000000000000000000000000000"

struct verify {
	struct leader	*leader;
	uint8_t		*piece;
	uint64_t	 files, octets, missing, changed, orphaned, told_ms;
	char		(*doubtful)[CRYPTO_HEX];	/* files without a row, at the first look */
	size_t		 doubts, room;
	bool		 fault;		/* PostgreSQL or the folder is away */
};

static void
verify_progress(struct verify *v)
{
	if (clock_ms() - v->told_ms < EVERY_MS)
		return;
	v->told_ms = clock_ms();
	(void)fprintf(stderr, "已核对 %" PRIu64 " 个文件 / files read so far, %" PRIu64 " MiB\n", v->files, v->octets >> 20);
}

/* 1: a row; 0: none; -1: a fault. */
static int
verify_known(struct verify *v, const char *sha256)
{
	PGresult	*r = leader_rows(v->leader, "SELECT api.job_content_known($1)", sha256);
	int		 known;

	if (r == NULL)
		return (-1);
	known = strcmp(PQgetvalue(r, 0, 0), "0") != 0;
	PQclear(r);
	return (known);
}

/* Whether the file still is what it is called. False too when it cannot be read. */
static bool
verify_same(struct verify *v, int fd, const char *sha256, int64_t size)
{
	struct crypto_digest	*digest = crypto_digest_new("SHA256");
	uint8_t			 hash[CRYPTO_DIGEST_MAX];
	char			 text[CRYPTO_HEX] = "";
	int64_t			 read_all = 0;
	ssize_t			 n;
	bool			 good = digest != NULL;

	while (good && (n = read(fd, v->piece, PIECE)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		good = n > 0 && crypto_digest_add(digest, v->piece, (size_t)n);
		if (!good)
			break;
		read_all += n;
		v->octets += (uint64_t)n;
		verify_progress(v);
	}
	if (digest != NULL && crypto_digest_end(digest, hash) != 0 && good)
		crypto_hex(text, hash);
	crypto_digest_free(digest);
	return (read_all == size && strcmp(text, sha256) == 0);
}

/* One row against its file. What is wrong is wrong only while the row is there: it may be cleaned this moment. */
static void
verify_content(struct verify *v, const char *sha256, int64_t size)
{
	int	fd = store_open(sha256);
	bool	missing = fd == -1, changed = !missing && !verify_same(v, fd, sha256, size);

	if (fd != -1)
		(void)close(fd);
	v->files++;
	if (!missing && !changed)
		return;
	switch (verify_known(v, sha256)) {
	case 1:
		(void)printf("%s blobs/%.2s/%.2s/%s\n", missing ? "缺失 missing" : "改变 changed", sha256, sha256 + 2, sha256);
		v->missing += missing;
		v->changed += changed;
		break;
	case -1:
		v->fault = true;
	}
}

/* All rows, in pages by hash, so that no statement and no snapshot lasts. */
static void
verify_contents(struct verify *v)
{
	char		 after[CRYPTO_HEX] = NONE;
	PGresult	*r;
	int		 i, n = 1;

	while (n > 0 && !v->fault) {
		if ((r = leader_rows(v->leader, "SELECT sha256, size FROM api.job_contents($1, " PAGE ")", after)) == NULL) {
			v->fault = true;
			return;
		}
		n = PQntuples(r);
		for (i = 0; i < n && !v->fault; i++)
			verify_content(v, PQgetvalue(r, i, 0), strtoll(PQgetvalue(r, i, 1), NULL, 10));
		if (n > 0)
			(void)snprintf(after, sizeof(after), "%s", PQgetvalue(r, n - 1, 0));
		PQclear(r);
	}
}

static void
verify_doubt(struct verify *v, const char *sha256)
{
	void	*more;

	if (v->doubts == v->room) {
		v->room = v->room == 0 ? 64 : 2 * v->room;
		if ((more = realloc(v->doubtful, v->room * sizeof(*v->doubtful))) == NULL)
			memory_out();
		v->doubtful = more;
	}
	(void)snprintf(v->doubtful[v->doubts++], CRYPTO_HEX, "%s", sha256);
}

static bool
verify_file(void *arg, const struct store_item *item)
{
	struct verify	*v = arg;
	int		 known;

	if (item->name == NULL) {
		(void)printf("无主 orphaned %s\n", item->path);
		v->orphaned++;
		return (true);
	}
	if ((known = verify_known(v, item->name)) == -1)
		return (false);
	if (known == 0)
		verify_doubt(v, item->name);
	verify_progress(v);
	return (true);
}

/* Files without a row. An upload keeps its file a moment before its row: those are looked at again. */
static void
verify_shelf(struct verify *v, enum store_shelf shelf, const char *name, const char *suffix)
{
	size_t	i;
	int	known;

	v->doubts = 0;
	if (!store_walk(shelf, verify_file, v))
		v->fault = true;
	if (v->doubts > 0 && !v->fault)
		sleep(2);
	for (i = 0; i < v->doubts && !v->fault; i++) {
		if ((known = verify_known(v, v->doubtful[i])) == -1)
			v->fault = true;
		if (known != 0 || (shelf == STORE_BLOBS && !store_exists(v->doubtful[i])))
			continue;
		(void)printf("无主 orphaned %s/%.2s/%.2s/%s%s\n", name, v->doubtful[i], v->doubtful[i] + 2, v->doubtful[i], suffix);
		v->orphaned++;
	}
}

int
verify_run(struct leader *leader)
{
	struct verify	v = { .leader = leader, .piece = memory_alloc(PIECE), .told_ms = clock_ms() };

	verify_contents(&v);
	if (!v.fault)
		verify_shelf(&v, STORE_BLOBS, "blobs", "");
	if (!v.fault)
		verify_shelf(&v, STORE_THUMBNAILS, "thumbnails", ".jpg");
	free(v.piece);
	free(v.doubtful);
	if (v.fault) {
		(void)fprintf(stderr, "没有核对完：数据库或文件夹不可用 / not finished: the database or the folder is away\n");
		return (2);
	}
	(void)printf("共 %" PRIu64 " 个文件 files，%" PRIu64 " 字节 octets：缺失 missing %" PRIu64 "，改变 changed %" PRIu64
	    "，无主 orphaned %" PRIu64 "\n", v.files, v.octets, v.missing, v.changed, v.orphaned);
	return (v.missing + v.changed + v.orphaned > 0);
}
