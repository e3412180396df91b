/*
 * hz-media: makes thumbnails and documents, and takes metadata out of files whose source must be protected. Any number may run.
 * Environment: HZ_DATABASE, or HZ_DATABASE_FILE with it in, the conninfo of a login in role hz_media; HZ_FILES, the folder
 * of the files; HZ_MEDIA_TEMP (/tmp), HZ_MEDIA_SECONDS (60) and HZ_MEDIA_MEMORY (1024 MiB) of a tool, HZ_MEDIA_DOCUMENT_SECONDS
 * (300) of a document, HZ_MEDIA_MEGAPIXELS (100) of a picture. Ends on SIGTERM or SIGINT with 0.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "media/cage.h"
#include "media/folder.h"
#include "media/queue.h"
#include "media/work.h"
#include "store/store.h"

#define BEAT_MS		250	/* how long a new task waits at the most for a worker that has nothing to do */
#define BACKOFF_MAX_MS	4000
#define SWEEP_EVERY_MS	10000
#define STOP_SECONDS	8

static volatile sig_atomic_t	stopping;

/* What hangs is left to PostgreSQL, which rolls back, and to the next sweep. */
static void
main_late(int signo)
{
	(void)signo;
	_exit(0);
}

static void
main_stop(int signo)
{
	(void)signo;
	stopping = 1;
	alarm(STOP_SECONDS);
}

static void
main_signals(void)
{
	struct sigaction	sa = { .sa_handler = main_stop };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sa.sa_handler = main_late;
	sigaction(SIGALRM, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
}

/* Sleeps for ms milliseconds or until a signal comes. */
static void
main_sleep(unsigned ms)
{
	struct timespec	t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	if (!stopping)
		nanosleep(&t, NULL);
}

/* A number of the environment within bounds, `value` when it is not set; 0 when it is no such number. */
static unsigned
main_number(const char *name, unsigned value, unsigned low, unsigned high)
{
	const char	*text = getenv(name);
	char		*end;
	unsigned long	 n;

	if (text == NULL || *text == '\0')
		return (value);
	n = strtoul(text, &end, 10);
	if (*end == '\0' && n >= low && n <= high)
		return ((unsigned)n);
	log_line(LOG_LINE_ERROR, "%s: %u to %u are possible", name, low, high);
	return (0);
}

static bool
main_settings(struct work_settings *settings)
{
	unsigned	 memory = main_number("HZ_MEDIA_MEMORY", 1024, 256, 65536);
	unsigned	 pixels = main_number("HZ_MEDIA_MEGAPIXELS", 100, 1, 4000);
	const char	*temp = getenv("HZ_MEDIA_TEMP"), *files = getenv("HZ_FILES"), *why;

	settings->seconds = main_number("HZ_MEDIA_SECONDS", 60, 1, 3600);
	settings->document_seconds = main_number("HZ_MEDIA_DOCUMENT_SECONDS", 300, 1, 3600);
	settings->temp = temp == NULL || *temp == '\0' ? "/tmp" : temp;
	settings->memory = (uint64_t)memory << 20;
	settings->pixels = pixels * 1000000ULL;
	if (memory == 0 || pixels == 0 || settings->seconds == 0 || settings->document_seconds == 0)
		return (false);
	if (files == NULL || *files == '\0') {
		log_line(LOG_LINE_ERROR, "HZ_FILES: not set");
		return (false);
	}
	if (!store_start(files, &why)) {
		log_line(LOG_LINE_ERROR, "HZ_FILES: %s (errno %d)", why, errno);
		return (false);
	}
	return (true);
}

static void
main_sweep(const char *temp, uint64_t *swept)
{
	int	n;

	if (*swept != 0 && clock_ms() - *swept < SWEEP_EVERY_MS)
		return;
	*swept = clock_ms();
	n = folder_sweep(temp);
	if (n > 0)
		log_line(LOG_LINE_WARNING, "folders left by a process that was killed: %d removed", n);
}

static void
main_loop(const struct work_settings *settings, struct queue *queue)
{
	struct task	task;
	uint64_t	swept = 0;
	unsigned	backoff = BEAT_MS;
	int		n;

	while (!stopping) {
		main_sweep(settings->temp, &swept);
		n = queue_take(queue, WORK_LEASE(settings->seconds), WORK_LEASE(settings->document_seconds), &task);
		if (n == 1 && !work_do(settings, queue, &task, &stopping))
			n = -1;
		if (n == 1)
			continue;
		if (n == 0)
			backoff = BEAT_MS;
		else
			log_line(LOG_LINE_WARNING, "no work done; next try in %u ms", backoff);
		main_sleep(backoff);
		if (n == -1 && backoff < BACKOFF_MAX_MS)
			backoff *= 2;
	}
}

int
main(void)
{
	struct work_settings	 settings;
	struct queue		 queue = { .conninfo = NULL };
	const char		*fault;
	char			*conninfo;

	if ((fault = secret_read("HZ_DATABASE", &conninfo)) != NULL) {
		log_line(LOG_LINE_ERROR, "HZ_DATABASE: %s", fault);
		return (1);
	}
	queue.conninfo = conninfo;
	if (!main_settings(&settings)) {
		free(conninfo);
		return (1);
	}
	cage_start();
	main_signals();
	log_line(LOG_LINE_INFO, "started; tools are %s", cage_closed() ? "closed off from all files but their own" :
	    "not closed off from files, this kernel has no Landlock");
	main_loop(&settings, &queue);
	queue_drop(&queue);
	free(conninfo);
	log_line(LOG_LINE_INFO, "ended");
	return (0);
}
