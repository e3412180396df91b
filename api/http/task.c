#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <kore/kore.h>

#include "http/task.h"

#define THREADS		4	/* of one worker; each waits for the disk most of the time */
#define NICE		10	/* of them: the loop goes first, it answers everybody */
#define TASKS		256	/* that wait or are worked on; their addresses fit into a pipe many times over */
#define STACK		(512UL * 1024)
#define TASK_EVENT	101	/* an event type that Kore itself does not use */

/* Both queues are pipes of addresses. A lock would let a thread that is nice hold up the loop. */
static struct {
	struct kore_event	event;		/* Kore wants it first */
	int			wanted[2], done[2];
	unsigned		tasks, threads;	/* the loop's own counts */
} pool;

static void *
task_thread(void *arg)
{
	struct task	*t;

	(void)setpriority(PRIO_PROCESS, 0, NICE);	/* of this thread alone, on Linux */
	while (read(pool.wanted[0], &t, sizeof(t)) == (ssize_t)sizeof(t)) {
		t->work(t);
		if (write(pool.done[1], &t, sizeof(t)) == -1)
			break;
	}
	return (arg);
}

/* On the loop: tell those whose work is done. */
static void
task_event(void *arg, int error)
{
	struct task	*tasks[64];
	ssize_t		 n;
	size_t		 i;

	(void)arg;
	(void)error;
	pool.event.flags = 0;
	n = read(pool.done[0], tasks, sizeof(tasks));	/* what is left makes another event */
	for (i = 0; n > 0 && i < (size_t)n / sizeof(tasks[0]); i++) {
		pool.tasks--;
		tasks[i]->done(tasks[i]);
	}
}

bool
task_start(void)
{
	if (pipe2(pool.wanted, O_CLOEXEC) == -1 || pipe2(pool.done, O_CLOEXEC) == -1 ||
	    fcntl(pool.done[0], F_SETFL, O_NONBLOCK) == -1)
		return (false);
	pool.event.type = TASK_EVENT;
	pool.event.handle = task_event;
	kore_platform_event_schedule(pool.done[0], EPOLLIN, 0, &pool.event);
	return (true);
}

/* One thread more. Signals are the event loop's business. */
static bool
task_spawn(void)
{
	pthread_attr_t	attributes;
	pthread_t	thread;
	sigset_t	all, before;
	bool		good;

	if (pthread_attr_init(&attributes) != 0)
		return (false);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	good = pthread_attr_setstacksize(&attributes, STACK) == 0 &&
	    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
	    pthread_create(&thread, &attributes, task_thread, NULL) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attributes);
	return (good);
}

bool
task_run(struct task *t)
{
	if (pool.tasks >= pool.threads && pool.threads < THREADS && task_spawn())
		pool.threads++;
	if (pool.threads == 0 || pool.tasks >= TASKS || write(pool.wanted[1], &t, sizeof(t)) == -1)
		return (false);
	pool.tasks++;
	return (true);
}
