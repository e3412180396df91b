#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/intake_state.h"
#include "http/settings.h"
#include "problems.h"

#define INTAKES		256			/* at once, in one worker */
#define STRIDE		(8UL * 1024 * 1024)	/* octets between two looks at the room that is left */

static unsigned	intakes;

static void	intake_free(struct intake *);
static void	write_done(struct task *);

bool
intake_fail(struct intake *t, int problem, const char *detail)
{
	if (t->problem < 0) {
		t->problem = problem;
		t->detail = detail;
	}
	return (false);
}

bool
intake_fail_store(struct intake *t)
{
	bool	full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;

	t->error = full ? 0 : errno;
	return (intake_fail(t, full ? PROBLEM_STORAGE_FULL : PROBLEM_INTERNAL, NULL));
}

/* In a thread: hash and write what is handed over. */
static void
write_work(struct task *task)
{
	struct intake	*t = (struct intake *)(void *)task;
	size_t		 n = t->handed;

	t->stored += n;
	if ((t->content != NULL && !crypto_digest_add(t->content, t->spare, n)) ||
	    (t->piece != NULL && !piece_feed(t->piece, t->spare, n))) {
		t->failed = EIO;
		return;
	}
	if (t->stored > t->room) {
		t->room = t->stored + STRIDE;
		if (store_room(settings.reserve) < STRIDE)
			t->failed = ENOSPC;
	}
	if (t->failed == 0 && !store_append(t->fd, t->spare, n))
		t->failed = errno;
}

/* What a thread has written, or could not. */
static bool
written(struct intake *t)
{
	t->handed = 0;
	if (t->failed == 0)
		return (true);
	errno = t->failed;
	return (intake_fail_store(t));
}

/* Hand over what is held. Where no thread takes it, the loop does it itself. */
static bool
write_held(struct intake *t)
{
	char	*full = t->buffer;

	if (t->held == 0)
		return (true);
	t->buffer = t->spare;
	t->spare = full;
	t->handed = t->held;
	t->held = 0;
	t->task.work = write_work;
	t->task.done = write_done;
	t->busy = task_run(TASK_OCTETS, &t->task);
	if (t->busy)
		return (true);
	write_work(&t->task);
	return (written(t));
}

/* Go on with what came meanwhile. */
static void
write_done(struct task *task)
{
	struct intake	*t = (struct intake *)(void *)task;
	bool		 good = written(t);

	t->busy = false;
	if (t->owner == NULL) {
		intake_leave(t);
		return;
	}
	if (good && (t->draining || INTAKE_BUFFER - t->held < BODY_STRETCH + MULTIPART_BOUNDARY))
		(void)write_held(t);	/* a failure is in t->problem */
	if (t->body.paused) {
		t->body.paused = false;
		t->resume(t->owner);
	} else if (t->draining && !t->busy) {
		t->done(t->owner);
	}
}

/* Octets of the file. There is room for them: the guard was asked to pause before there was none. */
static bool
add(struct intake *t, const char *octets, size_t n)
{
	if (n > t->cap - t->size)
		return (intake_fail(t, PROBLEM_PAYLOAD_TOO_LARGE, NULL));
	if (n > INTAKE_BUFFER - t->held)
		return (intake_fail(t, PROBLEM_INTERNAL, NULL));
	t->size += n;
	memcpy(t->buffer + t->held, octets, n);
	t->held += n;
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
		return (intake_fail(t, PROBLEM_OVERLOADED, NULL));
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

/* Octets of the body. */
static bool
take(struct intake *t, const char *octets, size_t n)
{
	if (t->problem >= 0)
		return (false);
	if (t->form == NULL)
		return (add(t, octets, n));
	if (t->whole != NULL && !crypto_digest_add(t->whole, octets, n))
		return (intake_fail(t, PROBLEM_INTERNAL, NULL));
	return (multipart_feed(t->form, octets, n) || intake_fail(t, PROBLEM_MALFORMED_REQUEST, t->form->fault));
}

bool
intake_sink(struct body *body, const char *octets, size_t n)
{
	struct intake	*t = (struct intake *)(void *)((char *)body - offsetof(struct intake, body));

	if (!take(t, octets, n))
		return (false);
	if (INTAKE_BUFFER - t->held >= BODY_STRETCH + MULTIPART_BOUNDARY)
		return (true);
	if (t->busy) {
		body->paused = true;
		return (true);
	}
	return (write_held(t));
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
	if ((t->buffer = malloc(INTAKE_BUFFER)) == NULL || (t->spare = malloc(INTAKE_BUFFER)) == NULL || (t->content = crypto_digest_new("SHA256")) == NULL ||
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
	(void)intake_fail_store(t);
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
		    (t->spare = malloc(INTAKE_BUFFER)) != NULL && (piece->offset > 0 || (t->content = crypto_digest_new("SHA256")) != NULL)) {
			*t->piece = *piece;
			t->fd = piece->fd;
			(void)snprintf(t->name, sizeof(t->name), "%s", piece->name);
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
	free(t->spare);
	body_free(&t->body);
	free(t);
}

bool
intake_part(const struct intake *t)
{
	return (t->piece != NULL && !piece_ends(t->piece));
}

bool
intake_drain(struct intake *t)
{
	t->draining = true;
	if (!t->busy && t->problem < 0)
		(void)write_held(t);		/* its fault is told by intake_end() */
	return (t->busy);
}

bool
intake_end(struct intake *t, const uint8_t *expected)
{
	uint8_t	hash[CRYPTO_DIGEST_MAX], body[CRYPTO_DIGEST_MAX];

	if (t->form != NULL && !multipart_whole(t->form))
		return (intake_fail(t, PROBLEM_MALFORMED_REQUEST, "最后的分界线没有来"));
	if (t->problem >= 0)
		return (false);
	if (t->piece != NULL && !piece_verify(t->piece))
		return (intake_fail(t, PROBLEM_CHECKSUM_MISMATCH, NULL));
	if (intake_part(t) || t->content == NULL)
		return (true);
	if (crypto_digest_end(t->content, hash) == 0 || (t->whole != NULL && crypto_digest_end(t->whole, body) == 0))
		return (intake_fail(t, PROBLEM_INTERNAL, NULL));
	crypto_hex(t->sha256, hash);
	if (expected != NULL && memcmp(expected, t->whole != NULL ? body : hash, CRYPTO_HEX / 2) != 0)
		return (intake_fail(t, PROBLEM_DIGEST_MISMATCH, NULL));
	if (t->size == 0)
		return (intake_fail(t, PROBLEM_EMPTY_FILE, NULL));
	return (true);
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
	t->busy = task_run(TASK_DISK, &t->task);
	return (t->busy || intake_fail(t, PROBLEM_OVERLOADED, NULL));
}

bool
intake_keep(struct intake *t)
{
	return (start(t, intake_keep_work));
}

bool
intake_settle(struct intake *t)
{
	return (start(t, intake_settle_work));
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
	if (t->piece != NULL && t->piece->digest == NULL && t->problem < 0 && t->held > 0) {
		(void)write_held(t);	/* nobody is left to be told: its size says what there is */
		if (t->busy)
			return;
	}
	/* a name of its own: never kept */
	if (t->piece == NULL && t->name[0] != '\0' && strchr(t->name, '.') == NULL)
		(void)store_drop(t->name);
	intake_free(t);
}
