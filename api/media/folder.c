#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/folder.h"

#define PREFIX	"hz-media."
#define DEPTH	32		/* deeper than that is an attack, and ended */
#define DEPTH_DELETED	128	/* a folder of files open at once; what is deeper stays */
#define INSIDE	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Next entry that is not "." or "..", or NULL. */
static const struct dirent *
folder_next(DIR *dir)
{
	const struct dirent	*entry;

	do {
		entry = readdir(dir);	/* NOLINT(concurrency-mt-unsafe): one thread */
	} while (entry != NULL && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	return (entry);
}

static uint64_t
folder_measure(int parent, const char *name, int depth)
{
	const struct dirent	*entry;
	struct stat		 st;
	uint64_t		 sum = 0, more;
	DIR			*dir;
	int			 fd;

	if (depth == DEPTH)
		return (UINT64_MAX);
	fd = openat(parent, name, INSIDE);
	if (fd == -1 || (dir = fdopendir(fd)) == NULL) {
		if (fd != -1)
			(void)close(fd);
		return (0);	/* it went just now */
	}
	while ((entry = folder_next(dir)) != NULL) {
		if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		more = S_ISDIR(st.st_mode) ? folder_measure(fd, entry->d_name, depth + 1) : (uint64_t)st.st_blocks * 512;
		sum = more > UINT64_MAX - sum ? UINT64_MAX : sum + more;
	}
	(void)closedir(dir);
	return (sum);
}

uint64_t
folder_size(int fd)
{
	return (folder_measure(fd, ".", 0));
}

/* Deletes parent/name; nothing outside it, whatever links stand in it. */
static void
folder_delete(int parent, const char *name, int depth)
{
	const struct dirent	*entry;
	DIR			*dir;
	int			 fd;

	if (unlinkat(parent, name, 0) == 0 || (errno != EISDIR && errno != EPERM) || depth == DEPTH_DELETED)
		return;
	fd = openat(parent, name, INSIDE);
	if (fd == -1 || (dir = fdopendir(fd)) == NULL) {
		if (fd != -1)
			(void)close(fd);
		return;
	}
	while ((entry = folder_next(dir)) != NULL)
		folder_delete(fd, entry->d_name, depth + 1);
	(void)closedir(dir);
	(void)unlinkat(parent, name, AT_REMOVEDIR);
}

/* While it is held no folder stands under `base` without its lock. -1: errno. */
static int
folder_lock(const char *base)
{
	int	fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd != -1 && flock(fd, LOCK_EX) == -1) {
		(void)close(fd);
		fd = -1;
	}
	return (fd);
}

bool
folder_make(struct folder *folder, const char *base, unsigned user)
{
	int	lock = folder_lock(base);
	bool	made = false;

	folder->fd = -1;
	if (lock == -1)
		return (false);
	(void)snprintf(folder->path, sizeof(folder->path), "%s/" PREFIX "XXXXXX", base);
	if (mkdtemp(folder->path) == NULL)
		goto out;
	folder->fd = open(folder->path, INSIDE);
	made = folder->fd != -1 && flock(folder->fd, LOCK_EX | LOCK_NB) == 0 &&
	    (geteuid() != 0 || fchown(folder->fd, user, user) == 0);
	if (!made)
		folder_remove(folder);
out:
	(void)close(lock);
	return (made);
}

void
folder_remove(struct folder *folder)
{
	folder_delete(AT_FDCWD, folder->path, 0);
	if (folder->fd != -1)
		(void)close(folder->fd);
	folder->fd = -1;
}

int
folder_sweep(const char *base)
{
	const struct dirent	*entry;
	DIR			*dir;
	int			 lock = folder_lock(base), fd, swept = 0;

	if (lock == -1 || (dir = fdopendir(lock)) == NULL) {
		if (lock != -1)
			(void)close(lock);
		return (0);
	}
	while ((entry = folder_next(dir)) != NULL) {
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0 || (fd = openat(lock, entry->d_name, INSIDE)) == -1)
			continue;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
			folder_delete(lock, entry->d_name, 0);
			swept++;
		}
		(void)close(fd);
	}
	(void)closedir(dir);
	return (swept);
}
