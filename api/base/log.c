#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

/* What is held leaves in one write. Processes share the pipe; up to this length the kernel keeps the lines of each whole. */
static char		held[PIPE_BUF];
static size_t		nheld;

static const char *const	levels[] = {
	[LOG_LINE_INFO] = "info", [LOG_LINE_WARNING] = "warning", [LOG_LINE_ERROR] = "error"
};

/* Copies text as the inside of a JSON string; control characters become spaces. */
static size_t
log_escape(char *to, size_t size, const char *text)
{
	size_t	n = 0;

	for (; *text != '\0' && n + 2 < size; text++) {
		if (*text == '"' || *text == '\\')
			to[n++] = '\\';
		to[n++] = (char)((unsigned char)*text < ' ' ? ' ' : *text);
	}
	return (n);
}

void
log_line(enum log_level level, const char *format, ...)
{
	char		text[1536], line[2048];
	struct timespec	now;
	struct tm	tm;
	va_list		ap;
	size_t		n;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &tm);
	n = strftime(line, sizeof(line), "{\"time\":\"%Y-%m-%dT%H:%M:%S", &tm);
	n += (size_t)snprintf(line + n, sizeof(line) - n, ".%03ldZ\",\"level\":\"%s\",\"message\":\"",
	    now.tv_nsec / 1000000, levels[level]);
	n += log_escape(line + n, sizeof(line) - n - 4, text);
	memcpy(line + n, "\"}\n", 3);
	log_flush();		/* what came before stands before */
	if (write(STDOUT_FILENO, line, n + 3) < 0)
		return;		/* nowhere left to say so */
}

void
log_hold(const char *line, size_t length)
{
	if (length > sizeof(held) - nheld)
		log_flush();
	if (length > sizeof(held))
		length = sizeof(held);
	memcpy(held + nheld, line, length);
	nheld += length;
}

void
log_flush(void)
{
	size_t	n = nheld;

	nheld = 0;
	if (n > 0 && write(STDOUT_FILENO, held, n) < 0)
		return;		/* nowhere left to say so */
}

/* The disposition is the default again by now: on return the fault comes once more and ends the process. */
static void
log_crash(int signal)
{
	(void)signal;
	log_flush();
}

bool
log_keep(void)
{
	static const int	crashes[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV };
	struct sigaction	action = { .sa_handler = log_crash, .sa_flags = (int)SA_RESETHAND }, before;
	size_t			i;

	(void)sigemptyset(&action.sa_mask);
	for (i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++) {
		if (sigaction(crashes[i], NULL, &before) != 0)
			return (false);
		/* a sanitizer has a handler of its own, which ends the process with its report */
		if (before.sa_handler == SIG_DFL && sigaction(crashes[i], &action, NULL) != 0)
			return (false);
	}
	return (atexit(log_flush) == 0);
}
