#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "http/log.h"

void
log_request(const struct log_request *r)
{
	char		line[512];
	struct timespec	now;
	struct tm	tm;
	size_t		n;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &tm);
	n = strftime(line, sizeof(line), "{\"ts\":\"%Y-%m-%dT%H:%M:%S", &tm);
	/* templates, methods and ids are ours or checked: nothing in them needs escaping */
	n += (size_t)snprintf(line + n, sizeof(line) - n,
	    ".%03ldZ\",\"method\":\"%s\",\"route\":%s%.200s%s,\"status\":%d,\"duration_ms\":%llu,\"trace_id\":\"%s\","
	    "\"actor\":%s%s%s}\n", now.tv_nsec / 1000000, r->method,
	    r->route == NULL ? "" : "\"", r->route == NULL ? "null" : r->route, r->route == NULL ? "" : "\"",
	    r->status, (unsigned long long)r->ms, r->trace_id,
	    r->actor == NULL || *r->actor == '\0' ? "" : "\"",
	    r->actor == NULL || *r->actor == '\0' ? "null" : r->actor,
	    r->actor == NULL || *r->actor == '\0' ? "" : "\"");
	if (write(STDOUT_FILENO, line, n) < 0)
		return;		/* nowhere left to say so */
}
