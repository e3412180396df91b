/*
 * A piece of an upload that may be continued. Each upload has one incoming file of its own name, and the size of that file is
 * how far it is; nothing else counts octets, so that whatever ends a connection or a worker leaves it true. Knows the store, not the
 * engine. Where a call fails without saying why, errno does.
 */
#ifndef HTTP_PIECE_H
#define HTTP_PIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/digest.h"
#include "rule/tus.h"
#include "store/store.h"

#define PIECE_NAME	37		/* of an upload: its id, with a NUL */

struct piece {
	int			 fd;		/* -1: none. Whoever has it open has it locked */
	char			 name[PIECE_NAME];
	int64_t			 offset, length;	/* octets before this piece, and of the whole file */
	int64_t			 taken;		/* octets of this piece so far */
	struct tus_checksum	 sum;		/* what it should have, when there is a digest */
	struct crypto_digest	*digest;	/* NULL: it has no checksum, or was verified */
};

/* How far an upload is that is not finished; `length`: octets of the whole file. -1: it cannot be told. */
int64_t piece_offset(const char *name, int64_t length);

/* Open and lock the file of an upload, and bring it to what counts of it. False: EWOULDBLOCK when another piece is on its way. */
bool piece_open(struct piece *, const char *name, int64_t length) __attribute__((warn_unused_result));

/* This piece comes with a checksum: it counts whole and verified, or not at all. */
bool piece_guard(struct piece *, const struct tus_checksum *) __attribute__((warn_unused_result));

/* The next octets of it, before they are appended to the file. False: the digest is broken. */
bool piece_feed(struct piece *, const void *octets, size_t length) __attribute__((warn_unused_result));

/* It has come: does it fit its checksum? If not it is cut off again. */
bool piece_verify(struct piece *) __attribute__((warn_unused_result));

/* Does the file end with it? */
bool piece_ends(const struct piece *);

/* Done with, however it ended: what came without a checksum, or fits it, stays. Takes one of fd -1. */
void piece_close(struct piece *);

/* The upload is given up. */
void piece_forget(const char *name);

#endif
