#include <stdio.h>
#include <string.h>
#include <time.h>

#include <kore/kore.h>

#include "base/log.h"
#include "http/log.h"

#define HOLD_MS		10	/* the longest a line waits: one write for many */
#define SECOND_SIZE	32

static bool	waiting;

static void
log_due(void *arg, uint64_t now)
{
	(void)arg;
	(void)now;
	waiting = false;
	log_flush();
}

/* The beginning of a line, made once a second. */
static size_t
log_second(char line[SECOND_SIZE], time_t now)
{
	static char	text[SECOND_SIZE];
	static size_t	length;
	static time_t	made = -1;
	struct tm	tm;

	if (now != made) {
		(void)gmtime_r(&now, &tm);
		length = strftime(text, sizeof(text), "{\"ts\":\"%Y-%m-%dT%H:%M:%S", &tm);
		made = now;
	}
	memcpy(line, text, length);
	return (length);
}

void
log_request(const struct log_request *r)
{
	char		line[512];
	struct timespec	now;
	size_t		n;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	n = log_second(line, now.tv_sec);
	/* templates, methods and ids are ours or checked: nothing in them needs escaping */
	n += (size_t)snprintf(line + n, sizeof(line) - n,
	    ".%03ldZ\",\"method\":\"%s\",\"route\":%s%.200s%s,\"status\":%d,\"duration_ms\":%llu,\"trace_id\":\"%s\","
	    "\"actor\":%s%s%s}\n", now.tv_nsec / 1000000, r->method,
	    r->route == NULL ? "" : "\"", r->route == NULL ? "null" : r->route, r->route == NULL ? "" : "\"",
	    r->status, (unsigned long long)r->ms, r->trace_id,
	    r->actor == NULL || *r->actor == '\0' ? "" : "\"",
	    r->actor == NULL || *r->actor == '\0' ? "null" : r->actor,
	    r->actor == NULL || *r->actor == '\0' ? "" : "\"");
	log_hold(line, n);
	if (!waiting) {
		waiting = true;
		(void)kore_timer_add(log_due, HOLD_MS, NULL, KORE_TIMER_ONESHOT);
	}
}
