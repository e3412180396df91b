#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <kore/kore.h>

#include "http/task.h"

#define NICE		10	/* of them: the loop goes first, it answers everybody */
#define TASKS		256	/* that wait or are worked on; their addresses fit into a pipe many times over */
#define STACK		(512UL * 1024)
#define TASK_EVENT	101	/* an event type that Kore itself does not use */

/* Threads of one worker. A second one that hashes would take the other processor from those who wait for an answer. */
static const unsigned	threads_of[TASK_QUEUES] = { [TASK_OCTETS] = 1, [TASK_DISK] = 3 };

/* All queues are pipes of addresses. A lock would let a thread that is nice hold up the loop. */
static struct {
	struct kore_event	event;		/* Kore wants it first */
	int			wanted[TASK_QUEUES][2], done[2];
	unsigned		tasks, threads[TASK_QUEUES];	/* the loop's own counts */
} pool;

static void *
task_thread(void *arg)
{
	const int	*wanted = arg;
	struct task	*t;

	(void)setpriority(PRIO_PROCESS, 0, NICE);	/* of this thread alone, on Linux */
	while (read(*wanted, &t, sizeof(t)) == (ssize_t)sizeof(t)) {
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
	enum task_queue	q;

	for (q = 0; q < TASK_QUEUES; q++)
		if (pipe2(pool.wanted[q], O_CLOEXEC) == -1)
			return (false);
	if (pipe2(pool.done, O_CLOEXEC) == -1 || fcntl(pool.done[0], F_SETFL, O_NONBLOCK) == -1)
		return (false);
	pool.event.type = TASK_EVENT;
	pool.event.handle = task_event;
	kore_platform_event_schedule(pool.done[0], EPOLLIN, 0, &pool.event);
	return (true);
}

/* One thread more. Signals are the event loop's business. */
static bool
task_spawn(enum task_queue q)
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
	    pthread_create(&thread, &attributes, task_thread, &pool.wanted[q][0]) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attributes);
	return (good);
}

bool
task_run(enum task_queue q, struct task *t)
{
	if (pool.tasks >= pool.threads[q] && pool.threads[q] < threads_of[q] && task_spawn(q))
		pool.threads[q]++;
	if (pool.threads[q] == 0 || pool.tasks >= TASKS || write(pool.wanted[q][1], &t, sizeof(t)) == -1)
		return (false);
	pool.tasks++;
	return (true);
}
