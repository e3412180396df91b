#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/intake.h"
#include "http/settings.h"
#include "problems.h"

#define INTAKES		256			/* at once, in one worker */
#define STRIDE		(8UL * 1024 * 1024)	/* octets between two looks at the room that is left */

static unsigned	intakes;

static void	intake_free(struct intake *);

static bool
fail(struct intake *t, int problem, const char *detail)
{
	if (t->problem < 0) {
		t->problem = problem;
		t->detail = detail;
	}
	return (false);
}

/* A call of the store did not go well: no room, or a fault of ours. */
static bool
fail_store(struct intake *t)
{
	bool	full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;

	t->error = full ? 0 : errno;
	return (fail(t, full ? PROBLEM_STORAGE_FULL : PROBLEM_INTERNAL, NULL));
}

static bool
write_held(struct intake *t)
{
	size_t	n = t->held;

	t->held = 0;
	if (n == 0)
		return (true);
	if ((t->content != NULL && !crypto_digest_add(t->content, t->buffer, n)) ||
	    (t->piece != NULL && !piece_feed(t->piece, t->buffer, n))) {
		errno = EIO;
		return (fail_store(t));
	}
	if (t->size > t->room) {
		t->room = t->size + STRIDE;
		if (store_room(settings.reserve) < STRIDE) {
			errno = ENOSPC;
			return (fail_store(t));
		}
	}
	return (store_append(t->fd, t->buffer, n) || fail_store(t));
}

/* Octets of the file. */
static bool
add(struct intake *t, const char *octets, size_t n)
{
	size_t	some;

	if (n > t->cap - t->size)
		return (fail(t, PROBLEM_PAYLOAD_TOO_LARGE, NULL));
	t->size += n;
	for (; n > 0; octets += some, n -= some) {
		some = n < INTAKE_BUFFER - t->held ? n : INTAKE_BUFFER - t->held;
		memcpy(t->buffer + t->held, octets, some);
		t->held += some;
		if (t->held == INTAKE_BUFFER && !write_held(t))
			return (false);
	}
	return (true);
}

static bool
form_octets(void *owner, const char *octets, size_t n)
{
	return (add(owner, octets, n));
}

static bool
form_field(void *owner, const char *name, const char *value)
{
	static const char	digits[] = "0123456789ABCDEF";
	struct intake		*t = owner;
	const char		*parts[] = { "&", name, "=", value }, *p;
	char			*grown = realloc(t->query, t->nquery + 3 * (strlen(name) + strlen(value)) + 3), *to;
	size_t			 i;

	if (grown == NULL)
		return (fail(t, PROBLEM_OVERLOADED, NULL));
	t->query = grown;
	to = grown + t->nquery;
	for (i = 0; i < 4; i++) {
		for (p = parts[i]; *p != '\0'; p++) {
			if (i % 2 == 0) {
				*to++ = *p;
				continue;
			}
			*to++ = '%';
			*to++ = digits[(unsigned char)*p >> 4];
			*to++ = digits[*p & 15];
		}
	}
	*to = '\0';
	t->nquery = (size_t)(to - grown);
	return (true);
}

bool
intake_sink(struct body *body, const char *octets, size_t n)
{
	struct intake	*t = (struct intake *)(void *)((char *)body - offsetof(struct intake, body));

	if (t->form == NULL)
		return (add(t, octets, n));
	if (t->whole != NULL && !crypto_digest_add(t->whole, octets, n))
		return (fail(t, PROBLEM_INTERNAL, NULL));
	return (multipart_feed(t->form, octets, n) || fail(t, PROBLEM_MALFORMED_REQUEST, t->form->fault));
}

struct intake *
intake_new(uint64_t cap, uint64_t length, const char *form, bool whole, int *problem)
{
	struct intake	*t;

	*problem = PROBLEM_OVERLOADED;
	if (intakes >= INTAKES || (t = calloc(1, sizeof(*t))) == NULL)
		return (NULL);
	intakes++;
	t->fd = t->problem = -1;
	t->cap = cap;
	*problem = PROBLEM_STORAGE_FULL;
	if (store_room(settings.reserve) < length + STRIDE)
		goto out;
	*problem = PROBLEM_OVERLOADED;
	if ((t->buffer = malloc(INTAKE_BUFFER)) == NULL || (t->content = crypto_digest_new("SHA256")) == NULL ||
	    (form != NULL && (t->form = malloc(sizeof(*t->form))) == NULL) ||
	    (form != NULL && whole && (t->whole = crypto_digest_new("SHA256")) == NULL))
		goto out;
	*problem = PROBLEM_MALFORMED_REQUEST;
	if (form != NULL && !multipart_start(t->form, form))
		goto out;
	if (form != NULL) {
		t->form->octets = form_octets;
		t->form->field = form_field;
		t->form->owner = t;
	}
	if ((t->fd = store_incoming_new(t->name)) != -1)
		return (t);
	t->name[0] = '\0';
	(void)fail_store(t);
	*problem = errno == EMFILE || errno == ENFILE ? PROBLEM_OVERLOADED : t->problem;
out:
	intake_free(t);
	return (NULL);
}

struct intake *
intake_piece(struct piece *piece, int *problem)
{
	struct intake	*t = NULL;

	*problem = PROBLEM_OVERLOADED;
	if (intakes < INTAKES && (t = calloc(1, sizeof(*t))) != NULL) {
		intakes++;
		t->fd = t->problem = -1;
		t->cap = (uint64_t)(piece->length - piece->offset);
		if ((t->piece = malloc(sizeof(*piece))) != NULL && (t->buffer = malloc(INTAKE_BUFFER)) != NULL &&
		    (piece->offset > 0 || (t->content = crypto_digest_new("SHA256")) != NULL)) {
			*t->piece = *piece;
			t->fd = piece->fd;
			(void)strcpy(t->name, piece->name);
			return (t);
		}
		free(t->piece);
		t->piece = NULL;
		intake_free(t);
	}
	piece_close(piece);
	return (NULL);
}

static void
intake_free(struct intake *t)
{
	intakes--;
	if (t->piece != NULL)
		piece_close(t->piece);
	else if (t->fd != -1)
		(void)close(t->fd);
	free(t->piece);
	crypto_digest_free(t->content);
	crypto_digest_free(t->whole);
	free(t->form);
	free(t->query);
	free(t->buffer);
	body_free(&t->body);
	free(t);
}

bool
intake_part(const struct intake *t)
{
	return (t->piece != NULL && !piece_ends(t->piece));
}

bool
intake_end(struct intake *t, const uint8_t *expected)
{
	uint8_t	hash[CRYPTO_DIGEST_MAX], body[CRYPTO_DIGEST_MAX];

	if (t->form != NULL && !multipart_whole(t->form))
		return (fail(t, PROBLEM_MALFORMED_REQUEST, "最后的分界线没有来"));
	if (!write_held(t))
		return (false);
	if (t->piece != NULL && !piece_verify(t->piece))
		return (fail(t, PROBLEM_CHECKSUM_MISMATCH, NULL));
	if (intake_part(t) || t->content == NULL)
		return (true);
	if (crypto_digest_end(t->content, hash) == 0 || (t->whole != NULL && crypto_digest_end(t->whole, body) == 0))
		return (fail(t, PROBLEM_INTERNAL, NULL));
	crypto_hex(t->sha256, hash);
	free(t->buffer);
	t->buffer = NULL;
	if (expected != NULL && memcmp(expected, t->whole != NULL ? body : hash, CRYPTO_HEX / 2) != 0)
		return (fail(t, PROBLEM_DIGEST_MISMATCH, NULL));
	if (t->size == 0)
		return (fail(t, PROBLEM_EMPTY_FILE, NULL));
	return (true);
}

/* ---- in a thread ---- */

/* Is it of a type that may come, what it is called, and not too large? */
static bool
check_kind(struct intake *t)
{
	char	wanted[INTAKE_EXTENSION + 2];
	size_t	i;

	for (i = 0; i < t->ntypes && strcmp(t->types[i].type, t->type) != 0; i++)
		;
	if (i == t->ntypes)
		return (fail(t, PROBLEM_UNSUPPORTED_MEDIA_TYPE, "这种文件不收，可收的类型见 allowed"));
	t->kind = &t->types[i];
	if (t->claim[0] != '\0' && !kind_same(t->type, t->claim, strlen(t->claim)))
		return (fail(t, PROBLEM_TYPE_MISMATCH, NULL));
	if (t->extension[0] != '\0') {
		wanted[0] = ',';
		(void)stpcpy(stpcpy(wanted + 1, t->extension), ",");
		if (strstr(t->kind->extensions, wanted) == NULL)
			return (fail(t, PROBLEM_TYPE_MISMATCH, NULL));
	}
	return (t->size <= t->kind->max || fail(t, PROBLEM_PAYLOAD_TOO_LARGE, NULL));
}

/* The digest of a file that came in pieces. */
static bool
hash_file(struct intake *t)
{
	struct crypto_digest	*digest = crypto_digest_new("SHA256");
	uint8_t			 hash[CRYPTO_DIGEST_MAX];
	off_t			 at = 0;
	ssize_t			 n = 0;

	errno = ENOMEM;
	while (digest != NULL && (n = pread(t->fd, t->buffer, INTAKE_BUFFER, at)) > 0 && crypto_digest_add(digest, t->buffer, (size_t)n))
		at += n;
	if (digest != NULL && n == 0 && crypto_digest_end(digest, hash) != 0)
		crypto_hex(t->sha256, hash);
	crypto_digest_free(digest);
	t->size = (uint64_t)at;
	return (t->sha256[0] != '\0' || fail_store(t));
}

/* An upload keeps its name, by which it is continued should we die here; a second one says what it may have become. */
static bool
name_content(struct intake *t)
{
	int	fd;

	if (t->piece == NULL)
		return (store_incoming_name(t->name, t->sha256));
	(void)snprintf(t->trace, sizeof(t->trace), "%s.%s", t->sha256, t->piece->name);
	if ((fd = store_incoming_open(t->trace, true)) == -1)
		return (false);
	(void)close(fd);
	return (true);
}

static void
keep_work(struct task *task)
{
	struct intake	*t = (struct intake *)(void *)task;

	if (t->piece != NULL && t->content == NULL && !hash_file(t))
		return;
	if (!kind_tell(t->fd, t->type)) {
		(void)fail_store(t);
	} else if (check_kind(t) && (!name_content(t) || !store_keep(t->name, t->sha256))) {
		(void)fail_store(t);
		if (t->piece != NULL)
			return;
		(void)store_drop(t->name);
		t->name[0] = '\0';
	}
}

static void
settle_work(struct task *task)
{
	struct intake	*t = (struct intake *)(void *)task;

	/* hz-jobs may have removed it as nobody's between our keeping it and its row */
	if (!store_exists(t->sha256) && !store_keep(t->name, t->sha256))
		(void)fail_store(t);
	else
		(void)store_drop(t->name);
	if (t->trace[0] != '\0')
		(void)store_drop(t->trace);
	if (t->problem < 0)
		t->name[0] = '\0';
}

/* ---- on the loop ---- */

static void
task_done(struct task *task)
{
	struct intake	*t = (struct intake *)(void *)task;

	t->busy = false;
	if (t->owner == NULL)
		intake_leave(t);
	else
		t->done(t->owner);
}

static bool
start(struct intake *t, void (*work)(struct task *))
{
	t->task.work = work;
	t->task.done = task_done;
	t->busy = task_run(&t->task);
	return (t->busy || fail(t, PROBLEM_OVERLOADED, NULL));
}

bool
intake_keep(struct intake *t)
{
	return (start(t, keep_work));
}

bool
intake_settle(struct intake *t)
{
	return (start(t, settle_work));
}

void
intake_leave(struct intake *t)
{
	if (t == NULL)
		return;
	t->owner = NULL;
	if (t->busy)
		return;
	/* what came of a piece goes on being there; one that must be verified goes with piece_close() */
	if (t->piece != NULL && t->piece->digest == NULL && t->problem < 0 && !write_held(t))
		t->error = 0;		/* nobody is left to be told: its size says what there is */
	/* a name of its own: never kept */
	if (t->piece == NULL && t->name[0] != '\0' && strchr(t->name, '.') == NULL)
		(void)store_drop(t->name);
	intake_free(t);
}
