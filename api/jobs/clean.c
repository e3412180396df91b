#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "jobs/clean.h"
#include "store/store.h"

#define BATCH		1000
#define BATCH_TEXT	"1000"
#define HASH		64	/* digits of a SHA-256 */
#define ID		36	/* of a UUID */

struct clean {
	struct leader	*leader;
	time_t		 before;	/* what was touched later is not left over yet */
	int		 leftovers, orphans;
};

/* A function that removes BATCH rows at a time, until there are no more. How many; -1 after a fault. */
static int
clean_rows(struct leader *leader, const char *sql)
{
	int	n, sum = 0;

	do {
		n = leader_call(leader, sql);
		sum += n > 0 ? n : 0;
	} while (n == BATCH);
	return (n < 0 ? -1 : sum);
}

static bool
clean_do(struct leader *leader, const char *sql)
{
	PGresult	*r = leader_rows(leader, sql, NULL);

	PQclear(r);
	return (r != NULL);
}

/*
 * One content without attachments. The row goes first and its lock is held until the file is gone, so that an upload of the
 * same bytes waits and then brings both back. 1: one is gone; 0: there is none; -1: a fault, nothing is changed but perhaps
 * the file, whose row is then deleted by the next run.
 */
static int
clean_content(struct leader *leader)
{
	PGresult	*r = NULL;
	const char	*sha256;
	int		 gone = -1;

	if (!clean_do(leader, "BEGIN") || (r = leader_rows(leader, "SELECT api.job_content_drop()", NULL)) == NULL)
		goto out;
	sha256 = PQgetisnull(r, 0, 0) ? NULL : PQgetvalue(r, 0, 0);
	if (sha256 != NULL && (!store_thumbnail_remove(sha256) || !store_remove(sha256))) {
		log_line(LOG_LINE_ERROR, "a file could not be removed (errno %d)", errno);
		(void)clean_do(leader, "ROLLBACK");
		goto out;
	}
	if (clean_do(leader, "COMMIT"))
		gone = sha256 != NULL;
out:
	PQclear(r);
	return (gone);
}

static int
clean_contents(struct leader *leader)
{
	int	n, sum = 0;

	while ((n = clean_content(leader)) == 1)
		sum++;
	return (n < 0 ? -1 : sum);
}

static bool
clean_is_hash(const char *name)
{
	return (strlen(name) > HASH && name[HASH] == '.' && strspn(name, "0123456789abcdef") == HASH);
}

/* Whether an upload of this id, with or without a suffix, may be continued (1), is over (0), or is unknown (2). -1: a fault. */
static int
clean_upload_state(struct clean *c, const char *name)
{
	char		 id[ID + 1];
	PGresult	*r;
	int		 state;

	(void)memcpy(id, name, ID);
	id[ID] = '\0';
	if ((r = leader_rows(c->leader, "SELECT api.job_upload_state($1)", id)) == NULL)
		return (-1);
	state = strcmp(PQgetvalue(r, 0, 0), "live") == 0 ? 1 : strcmp(PQgetvalue(r, 0, 0), "over") == 0 ? 0 : 2;
	PQclear(r);
	return (state);
}

/* A worker that was killed may have kept the content and not recorded it. */
static bool
clean_orphan(struct clean *c, const char *name)
{
	char		 sha256[HASH + 1];
	PGresult	*r;
	bool		 known;

	(void)memcpy(sha256, name, HASH);
	sha256[HASH] = '\0';
	if (!store_exists(sha256))
		return (true);
	if ((r = leader_rows(c->leader, "SELECT api.job_content_known($1)", sha256)) == NULL)
		return (false);
	known = strcmp(PQgetvalue(r, 0, 0), "0") != 0;
	PQclear(r);
	if (known)
		return (true);
	c->orphans++;
	return (store_remove(sha256));
}

static bool
clean_incoming(void *arg, const struct store_item *item)
{
	struct clean	*c = arg;
	size_t		 length = item->name == NULL ? 0 : strlen(item->name);
	int		 state = 2;

	if (item->name == NULL)
		return (true);	/* not ours to judge; verify tells of it */
	if (length >= ID && (length == ID || item->name[ID] == '.') && strspn(item->name, "0123456789abcdef-") == ID)
		state = clean_upload_state(c, item->name);
	if (state == -1)
		return (false);
	if (state == 1 || (state == 2 && item->changed > c->before))
		return (true);
	if (clean_is_hash(item->name) && !clean_orphan(c, item->name))
		return (false);
	c->leftovers++;
	return (store_drop(item->name));
}

bool
clean_run(struct leader *leader)
{
	struct clean	 c = { .leader = leader };
	int		 seconds, attachments, contents, uploads;

	if ((attachments = clean_rows(leader, "SELECT api.job_expire_attachments(" BATCH_TEXT ")")) < 0 ||
	    (uploads = clean_rows(leader, "SELECT api.job_expire_uploads(" BATCH_TEXT ")")) < 0 ||
	    (contents = clean_contents(leader)) < 0 ||
	    (seconds = leader_call(leader, "SELECT api.job_leftover_seconds()")) < 0)
		return (false);
	c.before = time(NULL) - seconds;
	if (!store_walk(STORE_INCOMING, clean_incoming, &c)) {
		log_line(LOG_LINE_ERROR, "leftovers could not be removed (errno %d)", errno);
		return (false);
	}
	if (attachments + uploads + contents + c.leftovers + c.orphans > 0)
		log_line(LOG_LINE_INFO, "removed: %d attachments not linked in time, %d files without attachments, %d leftovers, "
		    "%d files never recorded, %d uploads", attachments, contents, c.leftovers, c.orphans, uploads);
	return (true);
}
