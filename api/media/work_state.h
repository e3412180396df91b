/* A task while it is worked on, and the steps that all kinds share. For work.c and document.c alone. */
#ifndef MEDIA_WORK_STATE_H
#define MEDIA_WORK_STATE_H

#include "crypto/digest.h"
#include "media/cage.h"
#include "media/folder.h"
#include "media/tools.h"
#include "media/work.h"
#include "store/store.h"

/* A file that came of it, in the store's incoming and then kept. */
struct work_made {
	char		incoming[STORE_NAME];	/* "": none yet */
	char		sha256[CRYPTO_HEX];
	uint64_t	size;
};

struct work {
	const struct work_settings	*settings;
	const struct task		*task;
	const struct tools		*tools;
	const volatile int		*stop;
	struct folder			 folder;
	bool				 grey;
	struct cage_limits		 limits;
	/* what came of it, when reason is NULL */
	const char			*reason;	/* a word; NULL: none */
	bool				 final;		/* another try would end alike */
	struct work_made		 made[TOOLS_MADE];
};

/* Notes why it failed; always false. */
bool	work_fails(struct work *, const char *reason, bool final);

/* Kept content as a file `name` of its own in the folder: a tool never gets at what is kept. */
bool	work_copy(struct work *, const char *sha256, const char *name) __attribute__((warn_unused_result));

/* Octets as a file `name` in the folder. */
bool	work_write(struct work *, const char *name, const void *octets, size_t length) __attribute__((warn_unused_result));

/* A picture's header alone: is `tools->in` what its type says, and not too large? */
bool	work_look(struct work *, const struct tools *) __attribute__((warn_unused_result));

/* Calls all steps. */
bool	work_steps(struct work *, const struct tools *) __attribute__((warn_unused_result));

/* What the queue has for a document, put into the folder with the program that makes it. */
bool	document_inputs(struct work *, struct queue *) __attribute__((warn_unused_result));

#endif
