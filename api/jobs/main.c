/*
 * hz-jobs: what happens in the background. Gives events their positions and lets old answers go.
 * Several may run; the one that holds an advisory lock works, the others wait for it.
 * Environment: HZ_DATABASE, or HZ_DATABASE_FILE with it in, the conninfo of a login in role hz_jobs.
 * Ends on SIGTERM or SIGINT with 0.
 */
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "jobs/leader.h"

#define BEAT_MS		250		/* how long an event waits for its position at the most */
#define BACKOFF_MAX_MS	2000
#define EXPIRE_EVERY_MS	60000
#define BATCH		5000
#define BATCH_TEXT	"5000"

static volatile sig_atomic_t	stopping;

/* A statement that does not end within the second is left to PostgreSQL, which rolls it back. */
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
	alarm(1);
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

/* One beat of the leader's work. Returns false after a fault. */
static bool
main_work(struct leader *leader, uint64_t *expired)
{
	int	n;

	do {
		n = leader_call(leader, "SELECT api.job_sequence_events(" BATCH_TEXT ")");
	} while (n == BATCH && !stopping);
	if (n < 0)
		return (false);
	if (clock_ms() - *expired < EXPIRE_EVERY_MS)
		return (true);
	*expired = clock_ms();
	n = leader_call(leader, "SELECT api.job_expire_answers()");
	if (n > 0)
		log_line(LOG_LINE_INFO, "answers let go: %d", n);
	return (n >= 0);
}

static void
main_loop(struct leader *leader)
{
	uint64_t	expired = 0;
	unsigned	backoff = BEAT_MS;
	bool		fine;

	while (!stopping) {
		fine = leader_ensure(leader) ? main_work(leader, &expired) : leader->conn != NULL;
		if (fine) {
			backoff = BEAT_MS;
		} else {
			log_line(LOG_LINE_WARNING, "no work done; next try in %u ms", backoff);
		}
		main_sleep(backoff);
		if (!fine && backoff < BACKOFF_MAX_MS)
			backoff *= 2;
	}
}

int
main(void)
{
	struct leader	 leader = { .conninfo = NULL };
	const char	*fault;
	char		*conninfo;

	if ((fault = secret_read("HZ_DATABASE", &conninfo)) != NULL) {
		log_line(LOG_LINE_ERROR, "HZ_DATABASE: %s", fault);
		return (1);
	}
	leader.conninfo = conninfo;
	main_signals();
	log_line(LOG_LINE_INFO, "started");
	main_loop(&leader);
	leader_drop(&leader);
	free(conninfo);
	log_line(LOG_LINE_INFO, "ended");
	return (0);
}
