/*
 * Files by content: what is kept is named by its SHA-256 (64 lower-case hexadecimal digits) and never changes. What is being
 * received stands in `incoming` under a name of its own, unseen, until it is whole. All calls block; errno tells why one
 * failed (ENOSPC, EDQUOT, EFBIG: no room). store_dir.c keeps them in a local folder; whatever else can keep octets under a
 * name can stand behind this interface.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define STORE_NAME	128	/* octets of a name in incoming, with its NUL */

/* Make the folders that are missing and see that files can be written. Once per process. False: *why is a constant text,
 * errno the reason. */
bool	store_start(const char *folder, const char **why) __attribute__((warn_unused_result));

/* ---- what is being received; names are [0-9a-z.-], never a client's ---- */

/* A new file of a random name, which is written to `name`. -1: it could not be made. The caller closes it. */
int	store_incoming_new(char name[STORE_NAME]);

/* One that is there, or (create) is made. -1: errno, ENOENT when it is not there. */
int	store_incoming_open(const char *name, bool create);

bool	store_append(int fd, const void *octets, size_t length) __attribute__((warn_unused_result));
int64_t	store_size(int fd);					/* -1: errno */
bool	store_truncate(int fd, int64_t size) __attribute__((warn_unused_result));

/* Give it the name of its content, "<sha256>.<random>", so that whoever finds it left over knows what it may have become;
 * the new name is written back to `name`. */
bool	store_incoming_name(char name[STORE_NAME], const char *sha256) __attribute__((warn_unused_result));

/* The file is safe on the disk under its content's name once this returns true; it stays in incoming too, which costs
 * nothing. Keeping what is kept already is no fault. */
bool	store_keep(const char *name, const char *sha256) __attribute__((warn_unused_result));

/* Forget an incoming file; what is kept of it stays. One that is not there is no fault. */
bool	store_drop(const char *name);

/* Octets that may still be written before the file system has no more than `reserve` left. 0 when that cannot be told. */
uint64_t	store_room(uint64_t reserve);

/* ---- what is kept ---- */

int	store_open(const char *sha256);				/* to read; -1: errno, ENOENT when it is not there */
bool	store_exists(const char *sha256);
bool	store_remove(const char *sha256);			/* one that is not there is no fault */

/* The small picture of a content, which can be made again at any time. */
bool	store_thumbnail_keep(const char *name, const char *sha256) __attribute__((warn_unused_result));
int	store_thumbnail_open(const char *sha256);
bool	store_thumbnail_remove(const char *sha256);

/* ---- all of it, for those who clean and verify ---- */

enum store_shelf { STORE_INCOMING, STORE_BLOBS, STORE_THUMBNAILS };

struct store_item {
	const char	*name;		/* in incoming; or the SHA-256. NULL: `path` is nothing of ours */
	const char	*path;		/* from the store's folder on, for messages */
	int64_t		 size;
	time_t		 changed;
};

/* Calls visit for each file until it returns false. False: a folder could not be read, or visit said so. */
bool	store_walk(enum store_shelf, bool (*visit)(void *, const struct store_item *), void *arg) __attribute__((warn_unused_result));

#endif
