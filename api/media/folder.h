/*
 * A folder of one piece of work, in the system's place for temporary files. It is locked as long as its process lives: one
 * that nobody locks was left by a process that was killed, and is swept away.
 */
#ifndef MEDIA_FOLDER_H
#define MEDIA_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#define FOLDER_PATH	256

struct folder {
	char	path[FOLDER_PATH];
	int	fd;			/* -1: there is none */
};

/* A new one under `base`, open to `user` alone (when we are root). False: errno. */
bool		folder_make(struct folder *, const char *base, unsigned user) __attribute__((warn_unused_result));

/* Deletes it with all that is in it. */
void		folder_remove(struct folder *);

/* Deletes those under `base` whose process has gone. Returns how many. */
int		folder_sweep(const char *base);

/* Octets of disk under an open folder; UINT64_MAX when it is deeper than anything honest. */
uint64_t	folder_size(int fd);

#endif
