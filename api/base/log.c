#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

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
		to[n++] = (unsigned char)*text < ' ' ? ' ' : *text;
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
	if (write(STDOUT_FILENO, line, n + 3) < 0)
		return;		/* nowhere left to say so */
}
