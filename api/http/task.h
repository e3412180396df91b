/*
 * Work that waits for the disk or takes its time, in a few threads beside the event loop. Kore's own tasks are not used: they
 * spend two descriptors on each, end the worker when there are none left, and queue behind a busy thread while others idle.
 */
#ifndef HTTP_TASK_H
#define HTTP_TASK_H

#include <stdbool.h>

enum task_queue {
	TASK_OCTETS,		/* hashes and writes: short, and all of it processor time */
	TASK_DISK,		/* waits until the disk has it */
	TASK_QUEUES
};

/* The first member of whoever has work to do; it must live until done() has been called. */
struct task {
	void		(*work)(struct task *);		/* in a thread: no Kore, no libpq, no arena of a request */
	void		(*done)(struct task *);		/* on the event loop, later; never from inside task_run() */
};

/* Once in each worker, before its first request. False: no descriptor left. */
bool	task_start(void) __attribute__((warn_unused_result));

/* False: too many wait already; nothing will be called. */
bool	task_run(enum task_queue, struct task *) __attribute__((warn_unused_result));

#endif
