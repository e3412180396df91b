#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <kore/kore.h>

#include "http/task.h"

#define THREADS		4	/* of one worker; each waits for the disk most of the time */
#define WAITING		256	/* tasks that may wait for a thread */
#define STACK		(512UL * 1024)
#define TASK_EVENT	101	/* an event type that Kore itself does not use */

struct queue {
	struct task	*first, **end;
};

static struct {
	struct kore_event	event;		/* Kore wants it first */
	int			wake;		/* eventfd: some are done */
	pthread_mutex_t		lock;
	pthread_cond_t		more;
	struct queue		waiting, done;	/* under the lock */
	unsigned		nwaiting, nidle, nthreads;
} pool = { .wake = -1, .lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER };

static void
queue_add(struct queue *q, struct task *t)
{
	t->next = NULL;
	*q->end = t;
	q->end = &t->next;
}

static struct task *
queue_take(struct queue *q)
{
	struct task	*t = q->first;

	if (t != NULL && (q->first = t->next) == NULL)
		q->end = &q->first;
	return (t);
}

static void *
task_thread(void *arg)
{
	static const uint64_t	one = 1;
	struct task		*t;

	pthread_mutex_lock(&pool.lock);
	for (;;) {
		while ((t = queue_take(&pool.waiting)) == NULL) {
			pool.nidle++;
			pthread_cond_wait(&pool.more, &pool.lock);
			pool.nidle--;
		}
		pool.nwaiting--;
		pthread_mutex_unlock(&pool.lock);
		t->work(t);
		pthread_mutex_lock(&pool.lock);
		queue_add(&pool.done, t);
		if (write(pool.wake, &one, sizeof(one)) == -1)
			continue;	/* its counter is full: the loop is awake anyway */
	}
	return (arg);
}

/* On the loop: tell those whose work is done. */
static void
task_event(void *arg, int error)
{
	uint64_t	count;
	struct task	*t, *next;

	(void)arg;
	(void)error;
	pool.event.flags = 0;
	if (read(pool.wake, &count, sizeof(count)) == -1)
		return;
	pthread_mutex_lock(&pool.lock);
	t = pool.done.first;
	pool.done.first = NULL;
	pool.done.end = &pool.done.first;
	pthread_mutex_unlock(&pool.lock);
	for (; t != NULL; t = next) {
		next = t->next;
		t->done(t);
	}
}

bool
task_start(void)
{
	pool.waiting.end = &pool.waiting.first;
	pool.done.end = &pool.done.first;
	if ((pool.wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) == -1)
		return (false);
	pool.event.type = TASK_EVENT;
	pool.event.handle = task_event;
	kore_platform_event_schedule(pool.wake, EPOLLIN, 0, &pool.event);
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
	bool	taken = false;

	pthread_mutex_lock(&pool.lock);
	if (pool.nidle <= pool.nwaiting && pool.nthreads < THREADS && task_spawn())
		pool.nthreads++;
	if (pool.nthreads > 0 && pool.nwaiting < WAITING) {
		queue_add(&pool.waiting, t);
		pool.nwaiting++;
		taken = true;
	}
	pthread_mutex_unlock(&pool.lock);
	if (taken)
		pthread_cond_signal(&pool.more);
	return (taken);
}
