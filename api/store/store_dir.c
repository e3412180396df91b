#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "store/store.h"

#define HASH	64		/* digits of a SHA-256 */
#define PATH	192		/* octets of a path from the store's folder on */

static const char *const	shelves[] = { "incoming", "blobs", "thumbnails" };
static const char *const	endings[] = { "", "", ".jpg" };
static int			root = -1;

static bool
is_hash(const char *text, size_t length)
{
	return (length == HASH && strspn(text, "0123456789abcdef") >= HASH);
}

/* Folder and name of a kept file; false for what is no hash. */
static bool
kept_path(char path[PATH], enum store_shelf shelf, const char *sha256)
{
	if (!is_hash(sha256, strlen(sha256))) {
		errno = EINVAL;
		return (false);
	}
	(void)snprintf(path, PATH, "%s/%.2s/%.2s/%s%s", shelves[shelf], sha256, sha256 + 2, sha256, endings[shelf]);
	return (true);
}

static bool
incoming_path(char path[PATH], const char *name)
{
	size_t	length = strspn(name, "0123456789abcdefghijklmnopqrstuvwxyz.-");

	if (length == 0 || length >= STORE_NAME || name[length] != '\0' || name[0] == '.') {
		errno = EINVAL;
		return (false);
	}
	(void)snprintf(path, PATH, "%s/%s", shelves[STORE_INCOMING], name);
	return (true);
}

/* Files and folders carry the hour alone: whoever has the disk, or a copy of it, is not told when a reporter sent something.
 * (The time at which an inode was changed the kernel keeps, and lets nobody set; copies do not carry it.) */
static bool
blur(const char *path)
{
	time_t			now = time(NULL);
	const struct timespec	hour = { .tv_sec = now - now % 3600 }, times[2] = { hour, hour };

	return (utimensat(root, path, times, AT_SYMLINK_NOFOLLOW) == 0);
}

/* What a folder holds survives a power cut only once the folder itself is synced. */
static bool
sync_folder(const char *path)
{
	int	fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;
	bool	good;

	if (fd == -1)
		return (false);
	good = blur(path) && fsync(fd) == 0;
	error = errno;
	(void)close(fd);
	errno = error;
	return (good);
}

/* Make one folder below `parent_length` octets of the path; a new one is synced into its parent. */
static bool
make_folder(const char *path)
{
	char	 parent[PATH];
	char	*slash;

	if (mkdirat(root, path, 0750) == -1)
		return (errno == EEXIST);
	(void)snprintf(parent, sizeof(parent), "%s", path);
	if ((slash = strrchr(parent, '/')) == NULL)
		return (sync_folder("."));
	*slash = '\0';
	return (sync_folder(parent));
}

/* The folders of a kept file. */
static bool
make_folders(const char *path, enum store_shelf shelf)
{
	char	folder[PATH];
	size_t	length = strlen(shelves[shelf]);

	(void)snprintf(folder, sizeof(folder), "%.*s", (int)length + 3, path);
	if (!make_folder(folder))
		return (false);
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)length + 6, path);
	return (make_folder(folder));
}

bool
store_start(const char *folder, const char **why)
{
	char		name[STORE_NAME];
	size_t		i;
	int		fd;
	static const char	*const texts[] = { "文件夹打不开 / the folder cannot be opened",
	    "不能在其中建立文件夹 / folders cannot be made in it", "不能在其中写文件 / files cannot be written in it" };

	*why = texts[0];
	if ((root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return (false);
	*why = texts[1];
	for (i = 0; i < sizeof(shelves) / sizeof(shelves[0]); i++)
		if (!make_folder(shelves[i]) || !blur(shelves[i]))
			return (false);
	*why = texts[2];
	if ((fd = store_incoming_new(name)) == -1)
		return (false);
	(void)close(fd);
	return (store_drop(name));
}

static bool
random_hex(char text[33])
{
	unsigned char	octets[16];
	size_t		i;

	if (getrandom(octets, sizeof(octets), 0) != (ssize_t)sizeof(octets))
		return (false);
	for (i = 0; i < sizeof(octets); i++)
		(void)snprintf(text + 2 * i, 3, "%02x", octets[i]);
	return (true);
}

int
store_incoming_new(char name[STORE_NAME])
{
	char	path[PATH], random[33];

	if (!random_hex(random))
		return (-1);
	(void)snprintf(name, STORE_NAME, "%s", random);
	if (!incoming_path(path, name))
		return (-1);
	return (openat(root, path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640));
}

int
store_incoming_open(const char *name, bool create)
{
	char	path[PATH];

	if (!incoming_path(path, name))
		return (-1);
	return (openat(root, path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0), 0640));
}

bool
store_append(int fd, const void *octets, size_t length)
{
	const char	*p = octets;
	ssize_t		 n;

	for (; length > 0; p += n, length -= (size_t)n) {
		n = write(fd, p, length);
		if (n == -1 && errno == EINTR)
			n = 0;
		if (n == -1)
			return (false);
	}
	return (true);
}

int64_t
store_size(int fd)
{
	struct stat	st;

	return (fstat(fd, &st) == -1 ? -1 : (int64_t)st.st_size);
}

bool
store_truncate(int fd, int64_t size)
{
	return (ftruncate(fd, size) == 0);
}

bool
store_incoming_name(char name[STORE_NAME], const char *sha256)
{
	char	from[PATH], to[PATH], random[33], next[STORE_NAME];

	if (!is_hash(sha256, strlen(sha256)) || !random_hex(random)) {
		errno = EINVAL;
		return (false);
	}
	(void)snprintf(next, sizeof(next), "%s.%s", sha256, random);
	if (!incoming_path(from, name) || !incoming_path(to, next) || renameat(root, from, root, to) == -1 ||
	    !blur(shelves[STORE_INCOMING]))
		return (false);
	memcpy(name, next, sizeof(next));
	return (true);
}

static bool
keep(const char *name, const char *sha256, enum store_shelf shelf)
{
	char	from[PATH], to[PATH];
	int	fd, error;
	bool	good;

	if (!incoming_path(from, name) || !kept_path(to, shelf, sha256))
		return (false);
	if ((fd = openat(root, from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return (false);
	good = blur(from) && fsync(fd) == 0 && make_folders(to, shelf) &&
	    (linkat(root, from, root, to, 0) == 0 || errno == EEXIST);
	if (good) {
		*strrchr(to, '/') = '\0';
		good = sync_folder(to);
	}
	error = errno;
	(void)close(fd);
	errno = error;
	return (good);
}

bool
store_keep(const char *name, const char *sha256)
{
	return (keep(name, sha256, STORE_BLOBS));
}

bool
store_thumbnail_keep(const char *name, const char *sha256)
{
	return (keep(name, sha256, STORE_THUMBNAILS));
}

bool
store_drop(const char *name)
{
	char	path[PATH];

	return (incoming_path(path, name) && (unlinkat(root, path, 0) == 0 || errno == ENOENT) && blur(shelves[STORE_INCOMING]));
}

uint64_t
store_room(uint64_t reserve)
{
	struct statvfs	fs;
	uint64_t	room;

	if (fstatvfs(root, &fs) == -1)
		return (0);
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	return (room > reserve ? room - reserve : 0);
}

static int
kept_open(enum store_shelf shelf, const char *sha256)
{
	char	path[PATH];
	int	fd;

	if (!kept_path(path, shelf, sha256))
		return (-1);
	/* that it is read is nobody's business either; the owner alone may ask for that */
	if ((fd = openat(root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOATIME)) == -1 && errno == EPERM)
		fd = openat(root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return (fd);
}

static bool
kept_remove(enum store_shelf shelf, const char *sha256)
{
	char	path[PATH];

	if (!kept_path(path, shelf, sha256))
		return (false);
	if (unlinkat(root, path, 0) == -1)
		return (errno == ENOENT);
	*strrchr(path, '/') = '\0';
	return (blur(path));
}

int
store_open(const char *sha256)
{
	return (kept_open(STORE_BLOBS, sha256));
}

bool
store_exists(const char *sha256)
{
	char		path[PATH];
	struct stat	st;

	return (kept_path(path, STORE_BLOBS, sha256) && fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW) == 0);
}

bool
store_remove(const char *sha256)
{
	return (kept_remove(STORE_BLOBS, sha256));
}

int
store_thumbnail_open(const char *sha256)
{
	return (kept_open(STORE_THUMBNAILS, sha256));
}

bool
store_thumbnail_remove(const char *sha256)
{
	return (kept_remove(STORE_THUMBNAILS, sha256));
}

/* ---- walking ---- */

struct walk {
	enum store_shelf	 shelf;
	bool			(*visit)(void *, const struct store_item *);
	void			*arg;
};

/* The hash a kept file is named by, when it stands where it belongs. */
static const char *
walk_name(const struct walk *w, const char *path, const char *base, char name[HASH + 1])
{
	char	right[PATH];

	if (w->shelf == STORE_INCOMING)
		return (incoming_path(right, base) && strcmp(right, path) == 0 ? base : NULL);
	(void)snprintf(name, HASH + 1, "%.*s", HASH, base);
	return (kept_path(right, w->shelf, name) && strcmp(right, path) == 0 ? name : NULL);
}

static bool
walk_folder(const struct walk *w, const char *folder)
{
	char			 path[2 * PATH + 256], name[HASH + 1];
	int			 fd = openat(root, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR			*dir = fd == -1 ? NULL : fdopendir(fd);
	struct dirent		*entry;
	struct store_item	 item;
	struct stat		 st;
	bool			 good = dir != NULL;

	if (dir == NULL && fd != -1)
		(void)close(fd);
	while (good && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW) == -1)
			continue;	/* gone meanwhile */
		if (S_ISDIR(st.st_mode) && strlen(folder) < PATH) {
			good = walk_folder(w, path);
			continue;
		}
		item = (struct store_item){ .name = S_ISREG(st.st_mode) ? walk_name(w, path, entry->d_name, name) : NULL,
		    .path = path, .size = (int64_t)st.st_size, .changed = st.st_mtime };
		good = w->visit(w->arg, &item);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return (good);
}

bool
store_walk(enum store_shelf shelf, bool (*visit)(void *, const struct store_item *), void *arg)
{
	const struct walk	w = { .shelf = shelf, .visit = visit, .arg = arg };

	return (walk_folder(&w, shelves[shelf]));
}
