/* What becomes of a file that has come whole: in threads. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "http/intake_state.h"
#include "problems.h"

/* Is it of a type that may come, what it is called, and not too large? */
static bool
check_kind(struct intake *t)
{
	char	wanted[INTAKE_EXTENSION + 2];
	size_t	i;

	for (i = 0; i < t->ntypes && strcmp(t->types[i].type, t->type) != 0; i++)
		;
	if (i == t->ntypes)
		return (intake_fail(t, PROBLEM_UNSUPPORTED_MEDIA_TYPE, "这种文件不收，可收的类型见 allowed"));
	t->kind = &t->types[i];
	if (t->claim[0] != '\0' && !kind_same(t->type, t->claim, strlen(t->claim)))
		return (intake_fail(t, PROBLEM_TYPE_MISMATCH, NULL));
	if (t->extension[0] != '\0') {
		wanted[0] = ',';
		(void)stpcpy(stpcpy(wanted + 1, t->extension), ",");
		if (strstr(t->kind->extensions, wanted) == NULL)
			return (intake_fail(t, PROBLEM_TYPE_MISMATCH, NULL));
	}
	return (t->size <= t->kind->max || intake_fail(t, PROBLEM_PAYLOAD_TOO_LARGE, NULL));
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
	return (t->sha256[0] != '\0' || intake_fail_store(t));
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

void
intake_keep_work(struct task *task)
{
	struct intake	*t = (struct intake *)(void *)task;

	if (t->piece != NULL && t->content == NULL && !hash_file(t))
		return;
	if (!kind_tell(t->fd, t->type)) {
		(void)intake_fail_store(t);
	} else if (check_kind(t) && (!name_content(t) || !store_keep(t->name, t->sha256))) {
		(void)intake_fail_store(t);
		if (t->piece != NULL)
			return;
		(void)store_drop(t->name);
		t->name[0] = '\0';
	}
}

void
intake_settle_work(struct task *task)
{
	struct intake	*t = (struct intake *)(void *)task;

	/* hz-jobs may have removed it as nobody's between our keeping it and its row */
	if (!store_exists(t->sha256) && !store_keep(t->name, t->sha256))
		(void)intake_fail_store(t);
	else
		(void)store_drop(t->name);
	if (t->trace[0] != '\0')
		(void)store_drop(t->trace);
	if (t->problem < 0)
		t->name[0] = '\0';
}
