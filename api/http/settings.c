#include <stdio.h>
#include <stdlib.h>

#include "base/secret.h"
#include "http/settings.h"

struct settings	settings;

static const char *
text(const char *name, const char *fallback)
{
	const char	*value = getenv(name);

	return (value == NULL || *value == '\0' ? fallback : value);
}

static bool
number(const char *name, unsigned long least, unsigned long most, unsigned long fallback, unsigned long *out)
{
	const char	*value = text(name, NULL);
	char		*end;

	*out = fallback;
	if (value == NULL)
		return (true);
	*out = strtoul(value, &end, 10);
	if (*end == '\0' && *value >= '0' && *value <= '9' && *out >= least && *out <= most)
		return (true);
	(void)fprintf(stderr, "%s: 应为 %lu–%lu 的整数 / must be a whole number from %lu to %lu\n", name, least, most, least,
	    most);
	return (false);
}

bool
settings_read(void)
{
	unsigned long	 workers, connections, idle, header, body, send, drain, port, reserve, reports, receipts;
	const char	*fault;
	char		*database, *report_key;

	if (!number("HZ_WORKERS", 1, 64, 2, &workers) || !number("HZ_IDLE_SECONDS", 1, 3600, 15, &idle) ||
	    !number("HZ_HEADER_SECONDS", 1, 600, 10, &header) || !number("HZ_BODY_SECONDS", 1, 600, 20, &body) ||
	    !number("HZ_SEND_SECONDS", 1, 3600, 30, &send) || !number("HZ_DRAIN_MS", 0, 60000, 200, &drain) ||
	    !number("HZ_FILES_RESERVE_MB", 16, 1048576, 256, &reserve) ||
	    !number("HZ_REPORTS_PER_MINUTE", 1, 60000, 120, &reports) ||
	    !number("HZ_WRONG_RECEIPTS_PER_MINUTE", 1, 60000, 60, &receipts) ||
	    !number("HZ_CONNECTIONS", 64, 65536, 4096, &connections) ||
	    !number("HZ_PORT", 1, 65535, 8080, &port) || !number("HZ_METRICS_PORT", 1, 65535, 1, &port))
		return (false);
	if ((fault = secret_read("HZ_DATABASE", &database)) != NULL) {
		(void)fprintf(stderr, "HZ_DATABASE (libpq 连接串 / a libpq connection string): %s\n", fault);
		return (false);
	}
	if ((fault = secret_read("HZ_REPORT_KEY", &report_key)) != NULL) {
		(void)fprintf(stderr, "HZ_REPORT_KEY (回执散列的密钥，64 位十六进制数 / the key receipts are hashed under, 64 hexadecimal digits): %s\n", fault);
		return (false);
	}
	if (text("HZ_FILES", NULL) == NULL) {
		(void)fprintf(stderr, "HZ_FILES: 没有给出存放文件的文件夹 / the folder of files is not given\n");
		return (false);
	}
	settings = (struct settings){
		.listen = text("HZ_LISTEN", "127.0.0.1"), .port = text("HZ_PORT", "8080"),
		.metrics_port = text("HZ_METRICS_PORT", NULL), .database = database,
		.report_key = report_key, .reports_a_minute = (unsigned)reports, .receipts_a_minute = (unsigned)receipts,
		.cors = text("HZ_CORS", NULL), .ui_dir = text("HZ_UI_DIR", NULL),
		.public_url = text("HZ_PUBLIC_URL", NULL),
		.contact = text("HZ_CONTACT", "mailto:security@localhost"),
		.files = text("HZ_FILES", NULL), .reserve = reserve * 1024 * 1024,
		.workers = (unsigned)workers, .connections = (unsigned)connections, .idle_ms = idle * 1000, .header_ms = header * 1000,
		.body_ms = body * 1000, .send_ms = send * 1000, .drain_ms = drain
	};
	return (true);
}
