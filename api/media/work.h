/* One task from beginning to end. */
#ifndef MEDIA_WORK_H
#define MEDIA_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "media/queue.h"

struct work_settings {
	const char	*temp;		/* where folders of work are made */
	uint64_t	 memory;	/* octets of a tool */
	uint64_t	 pixels;	/* of a picture that is still looked into */
	unsigned	 seconds;	/* for all tools of a task */
	unsigned	 document_seconds;	/* for a document: ours, and sometimes of hundreds of pages */
};

/* How long a task is lent: the tools' time twice, for copying and syncing beside it. */
#define WORK_LEASE(seconds)	(2 * (seconds) + 10)

/* Does the task and tells the queue how it ended. False: the queue could not be told; the task comes up again. `stop` set
 * ends it early, to be done later. */
bool	work_do(const struct work_settings *, struct queue *, const struct task *, const volatile int *stop)
	    __attribute__((warn_unused_result));

#endif
