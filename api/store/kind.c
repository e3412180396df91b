#include <magic.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "store/kind.h"

#define HEAD	(256UL * 1024)	/* octets libmagic gets to see */

static magic_t		magic;
static pthread_mutex_t	lock = PTHREAD_MUTEX_INITIALIZER;

/* What libmagic says, and ours for it. */
static const struct {
	const char	*said, *type;
} names[] = {
	{ "image/jpeg", "image/jpeg" }, { "image/png", "image/png" }, { "image/webp", "image/webp" },
	{ "image/heic", "image/heic" }, { "image/heif", "image/heic" }, { "application/pdf", "application/pdf" },
	{ "audio/mpeg", "audio/mpeg" }, { "audio/amr", "audio/amr" }, { "audio/AMR", "audio/amr" },
};

/* Text that something might run or render; harmless as text only to a careful reader. */
static const char *const	active[] = { "html", "xml", "script", "svg", "msdos-batch", "x-php", "x-perl", "x-python", "x-ruby",
    "x-bat", "x-tcl", "x-lisp", "rtf", "x-java" };

/* Other names of ours. */
static const struct {
	const char	*type, *alias;
} aliases[] = {
	{ "image/jpeg", "image/jpg" }, { "image/jpeg", "image/pjpeg" }, { "image/heic", "image/heif" },
	{ "image/png", "image/x-png" }, { "application/pdf", "application/x-pdf" },
	{ "audio/mp4", "audio/x-m4a" }, { "audio/mp4", "audio/m4a" }, { "audio/mp4", "audio/aac" }, { "audio/mp4", "video/mp4" },
	{ "audio/mpeg", "audio/mp3" }, { "audio/mpeg", "audio/x-mp3" }, { "audio/mpeg", "audio/x-mpeg" },
	{ "audio/amr", "audio/amr-nb" }, { "audio/amr", "audio/3gpp" }, { "video/mp4", "video/x-m4v" },
	{ "text/plain", "text/markdown" },
	{ "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/zip" },
	{ "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip" },
};

bool
kind_start(const char **why)
{
	size_t	limit = HEAD;

	*why = "libmagic: 内存不足 / out of memory";
	/* no looking into archives, executables, mailboxes: fewer parsers of a stranger's octets */
	magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_CDF |
	    MAGIC_NO_CHECK_CSV | MAGIC_NO_CHECK_JSON | MAGIC_NO_CHECK_APPTYPE);
	if (magic == NULL)
		return (false);
	*why = "libmagic: 特征库读不出来(缺 libmagic-mgc?) / its table cannot be read (is libmagic-mgc missing?)";
	if (magic_load(magic, NULL) == -1 || magic_setparam(magic, MAGIC_PARAM_BYTES_MAX, &limit) == -1)
		return (false);
	return (magic_buffer(magic, "%PDF-1.4\n", 9) != NULL);		/* whatever it makes at first use is made before the fork */
}

static void
set(char type[KIND_TYPE], const char *text)
{
	(void)snprintf(type, KIND_TYPE, "%s", text);
}

/* Ask libmagic about the file's beginning. */
static bool
ask(int fd, char said[KIND_TYPE])
{
	/* the lock guards it too: one buffer is enough */
	static char	head[HEAD];
	const char	*answer;
	ssize_t		 n;

	pthread_mutex_lock(&lock);
	n = pread(fd, head, sizeof(head), 0);
	answer = n <= 0 ? NULL : magic_buffer(magic, head, (size_t)n);
	set(said, answer == NULL ? "application/octet-stream" : answer);
	pthread_mutex_unlock(&lock);
	return (n >= 0);
}

static bool
is_active(const char *said)
{
	size_t	i;

	for (i = 0; i < sizeof(active) / sizeof(active[0]); i++)
		if (strstr(said, active[i]) != NULL)
			return (true);
	return (false);
}

/* MP3 without an ID3 tag begins with a frame, of which libmagic knows few. */
static bool
is_frame(int fd)
{
	unsigned char	h[4];

	return (pread(fd, h, sizeof(h), 0) == (ssize_t)sizeof(h) && h[0] == 0xff && (h[1] & 0xe6) == 0xe2 &&
	    (h[2] & 0xf0) != 0xf0 && (h[2] & 0xf0) != 0 && (h[2] & 0x0c) != 0x0c);
}

bool
kind_tell(int fd, char type[KIND_TYPE])
{
	char		 said[KIND_TYPE], start[12] = "";
	const char	*boxes;
	size_t		 i;

	if (!ask(fd, said))
		return (false);
	set(type, said);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(said, names[i].said) == 0) {
			set(type, names[i].type);
			return (true);
		}
	if (pread(fd, start, sizeof(start), 0) < (ssize_t)sizeof(start))
		start[4] = '\0';
	if (memcmp(start, "PK\003\004", 4) == 0)
		set(type, kind_of_zip(fd));
	else if (memcmp(start + 4, "ftyp", 4) == 0 && memcmp(start + 8, "qt  ", 4) != 0 && (boxes = kind_of_boxes(fd)) != NULL)
		set(type, boxes);
	else if (strcmp(said, "application/octet-stream") == 0 && is_frame(fd))
		set(type, "audio/mpeg");
	else if ((strncmp(said, "text/", 5) == 0 || strcmp(said, "application/octet-stream") == 0 ||
	    strncmp(said, "application/x-wine", 18) == 0 || strstr(said, "json") != NULL) && !is_active(said))
		set(type, kind_is_text(fd) ? "text/plain" : "application/octet-stream");
	return (true);
}

bool
kind_same(const char *type, const char *claimed, size_t length)
{
	size_t	i;

	if (strlen(type) == length && strncasecmp(type, claimed, length) == 0)
		return (true);
	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(aliases[i].type, type) == 0 && strlen(aliases[i].alias) == length &&
		    strncasecmp(aliases[i].alias, claimed, length) == 0)
			return (true);
	return (false);
}
