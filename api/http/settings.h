/* What the environment says, read once before the workers are forked and constant from then on. */
#ifndef HTTP_SETTINGS_H
#define HTTP_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

struct settings {
	const char	*listen;	/* HZ_LISTEN */
	const char	*port;		/* HZ_PORT */
	const char	*metrics_port;	/* HZ_METRICS_PORT; NULL: /metrics stands on the main one */
	const char	*database;	/* HZ_DATABASE or HZ_DATABASE_FILE, libpq conninfo */
	const char	*report_key;	/* HZ_REPORT_KEY or HZ_REPORT_KEY_FILE, 64 hexadecimal digits: what receipts are hashed under */
	unsigned	 reports_a_minute;	/* HZ_REPORTS_PER_MINUTE */
	unsigned	 receipts_a_minute;	/* HZ_WRONG_RECEIPTS_PER_MINUTE */
	const char	*cors;		/* HZ_CORS, origins parted by commas; NULL: none */
	const char	*ui_dir;	/* HZ_UI_DIR, swagger-ui-dist; NULL: /docs says that it is missing */
	const char	*public_url;	/* HZ_PUBLIC_URL: where clients reach the API, without a slash at the end; NULL: paths alone */
	const char	*contact;	/* HZ_CONTACT, a URI for security.txt */
	const char	*files;		/* HZ_FILES: the store's folder */
	uint64_t	 reserve;	/* HZ_FILES_RESERVE_MB, in octets: what uploads leave free on its disk */
	unsigned	 workers;	/* HZ_WORKERS */
	unsigned	 connections;	/* HZ_CONNECTIONS: of clients, of one worker */
	uint64_t	 idle_ms;	/* HZ_IDLE_SECONDS: a kept connection without a request */
	uint64_t	 header_ms;	/* HZ_HEADER_SECONDS: from the first octet of a header block to its last */
	uint64_t	 body_ms;	/* HZ_BODY_SECONDS: a body that does not move */
	uint64_t	 send_ms;	/* HZ_SEND_SECONDS: an answer the client does not take */
	uint64_t	 drain_ms;	/* HZ_DRAIN_MS: between failing readiness and refusing connections */
};

extern struct settings	settings;

/* False after a message on stderr that names the faulty variable. */
bool	settings_read(void) __attribute__((warn_unused_result));

#endif
