/*
 * hz-jobs: what happens in the background. Gives events their positions, lets old answers go, hands
 * reports to the bureau that an institution left unanswered, erases those at the end of their retention where the office has said so,
 * removes files nobody needs.
 * Several may run; the one that holds an advisory lock works, the others wait for it. `hz-jobs clean` removes those files at
 * once and ends; `hz-jobs verify` holds all files against the database (jobs/verify.h) and ends with what it found.
 * Environment: HZ_DATABASE, or HZ_DATABASE_FILE with it in, the conninfo of a login in role hz_jobs; HZ_FILES, the folder of
 * the files. Ends on SIGTERM or SIGINT with 0.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "jobs/clean.h"
#include "jobs/leader.h"
#include "jobs/verify.h"
#include "store/store.h"

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

/* One step of the minute's work: a fault of the one before, which costs the connection, does not keep it from its turn. */
static int
main_step(struct leader *leader, const char *sql)
{
	return (leader_ensure(leader) ? leader_call(leader, sql) : -1);
}

/* Reports: what an institution left unanswered, who may see what, what is due to be erased. */
static bool
main_reports(struct leader *leader)
{
	static int	last;
	int		escalated = main_step(leader, "SELECT api.job_escalate_reports()");
	int		unseen = main_step(leader, "SELECT api.job_judge_reports()");
	int		erased = main_step(leader, "SELECT api.job_erase_reports()");

	if (unseen > 0 && unseen != last)
		log_line(LOG_LINE_WARNING, "reports nobody may see: %d; another handler is needed", unseen);
	if (unseen >= 0)
		last = unseen;
	if (erased > 0)
		log_line(LOG_LINE_INFO, "reports erased: %d", erased);
	return (escalated >= 0 && unseen >= 0 && erased >= 0);
}

/* One beat of the leader's work. Returns false after a fault. */
static bool
main_work(struct leader *leader, uint64_t *expired)
{
	bool	fine;
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
	fine = main_reports(leader) && n >= 0;
	return (leader_ensure(leader) && clean_run(leader) && fine);
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

/* The folder of the files, ready to be used. */
static bool
main_store(void)
{
	const char	*folder = getenv("HZ_FILES"), *why = "not set";

	if (folder != NULL && *folder != '\0' && store_start(folder, &why))
		return (true);
	log_line(LOG_LINE_ERROR, "HZ_FILES: %s (errno %d)", why, errno);
	return (false);
}

/* One thing done at once, by its name. The exit code. */
static int
main_once(struct leader *leader, const char *what)
{
	int	code = 2;

	if (strcmp(what, "clean") != 0 && strcmp(what, "verify") != 0)
		log_line(LOG_LINE_ERROR, "usage: hz-jobs [clean | verify]");
	else if (!leader_connect(leader))
		log_line(LOG_LINE_ERROR, "PostgreSQL does not answer");
	else
		code = *what == 'v' ? verify_run(leader) : clean_run(leader) ? 0 : 1;
	leader_drop(leader);
	return (code);
}

int
main(int argc, char *argv[])
{
	struct leader	 leader = { .conninfo = NULL };
	const char	*fault;
	char		*conninfo;
	int		 code = 0;

	if ((fault = secret_read("HZ_DATABASE", &conninfo)) != NULL) {
		log_line(LOG_LINE_ERROR, "HZ_DATABASE: %s", fault);
		return (1);
	}
	leader.conninfo = conninfo;
	if (!main_store()) {
		code = argc > 1 ? 2 : 1;
	} else if (argc > 1) {
		code = main_once(&leader, argv[1]);
	} else {
		main_signals();
		log_line(LOG_LINE_INFO, "started");
		main_loop(&leader);
		leader_drop(&leader);
		log_line(LOG_LINE_INFO, "ended");
	}
	free(conninfo);
	return (code);
}
