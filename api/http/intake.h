/*
 * A file on its way in: threads hash and write its octets, in constant memory, while more come, so that the loop never waits
 * for the disk; then its kind is told and it is kept. Outlives the client, whose leaving it is told of by intake_leave(). Knows the store, not the engine.
 */
#ifndef HTTP_INTAKE_H
#define HTTP_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/digest.h"
#include "http/body.h"
#include "http/multipart.h"
#include "http/piece.h"
#include "http/task.h"
#include "store/kind.h"
#include "store/store.h"

#define INTAKE_BUFFER	(128UL * 1024)	/* octets that are hashed and written at once, while as many come */
#define INTAKE_TYPES	32
#define INTAKE_EXTENSION	9

struct intake_type {
	char		type[KIND_TYPE];
	char		extensions[128];	/* ",jpg,jpeg," */
	uint64_t	max;
};

struct intake {
	struct task		 task;		/* first: see task.h */
	struct body		 body;		/* what the guard feeds */
	void			(*done)(void *owner);	/* a task has ended; neither is called after intake_leave() */
	void			(*resume)(void *owner);	/* the guard may go on: body.paused has ended */
	void			*owner;		/* NULL: it has left */
	bool			 busy;		/* a task has it */

	char			 name[STORE_NAME];	/* in incoming; "": none */
	int			 fd;
	uint64_t		 size, cap;	/* octets of the file */
	uint64_t		 stored, room;	/* octets written (by a thread), and known to have room */
	struct crypto_digest	*content;	/* of the file; NULL: of a piece that is not all of it */
	struct crypto_digest	*whole;		/* of a form's body, when the client tells that; NULL: none */
	struct multipart	*form;		/* NULL: the body is the file */
	struct piece		*piece;		/* of an upload that is continued; NULL: the body is the whole file */
	char			 trace[STORE_NAME];	/* of such a one, while it is kept: says in incoming what it may have become */
	char			*query;		/* the fields beside it, "&name=value…" percent-encoded; NULL: none */
	size_t			 nquery;
	size_t			 held, handed;	/* octets in buffer, and in the one a thread writes */
	char			*buffer, *spare;	/* INTAKE_BUFFER octets each */
	int			 failed;	/* errno of a thread's write; 0: none */
	bool			 draining;	/* the body is whole, what is held is being written */

	/* what the client says; set before intake_keep() */
	char			 claim[MULTIPART_TYPE];		/* its Content-Type; "": none that means anything */
	char			 extension[INTAKE_EXTENSION];	/* "": none */
	struct intake_type	 types[INTAKE_TYPES];
	size_t			 ntypes;

	/* what was found */
	char			 sha256[CRYPTO_HEX];	/* set by intake_end() */
	char			 type[KIND_TYPE];
	const struct intake_type	*kind;		/* among types; NULL: none of them */
	int			 problem;	/* -1: none */
	const char		*detail;	/* zh, constant; NULL: the problem's own */
	int			 error;		/* errno behind a problem of ours */
};

/* NULL: *problem tells why (too many at once, no room, the folder does not take it). `length`: octets expected, 0 when not
 * known. `form`: the body is multipart/form-data of this Content-Type; NULL: it is the file. */
struct intake	*intake_new(uint64_t cap, uint64_t length, const char *form, bool whole, int *problem);

/* The piece of an upload, which is taken over (copied; also where it fails); its file is whole once the piece ends it. */
struct intake	*intake_piece(struct piece *, int *problem);

/* Sink of the body; after false, problem says why. */
body_sink	intake_sink;

/* More is to come: the piece does not end its file. */
bool	intake_part(const struct intake *);

/* The body is whole: write what is held. True: done() follows. */
bool	intake_drain(struct intake *) __attribute__((warn_unused_result));

/* All is written: end the digests. `expected` (32 octets, NULL: none) is the client's own digest of
 * the body. False: problem. */
bool	intake_end(struct intake *, const uint8_t *expected) __attribute__((warn_unused_result));

/* Tell the kind, check it, keep the file; done() follows. False: too much waits, problem. */
bool	intake_keep(struct intake *) __attribute__((warn_unused_result));

/* Its row is there: see that the kept file still is, and forget the incoming one; done() follows. False: as above. */
bool	intake_settle(struct intake *) __attribute__((warn_unused_result));

/* Whoever owns it goes. What is not kept is dropped; what is kept without a row is left for hz-jobs, because another upload
 * of the same octets may rely on it by now. Takes NULL. */
void	intake_leave(struct intake *);

#endif
