#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"

/* Fills at most `size` octets from the file. Returns their number, -1 when it cannot be read. */
static ssize_t
secret_load(const char *path, char *to, size_t size)
{
	size_t	got = 0;
	ssize_t	n;
	int	fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return (-1);
	do {
		n = read(fd, to + got, size - got);
		if (n > 0)
			got += (size_t)n;
	} while (n > 0 || (n == -1 && errno == EINTR));
	(void)close(fd);
	return (n == 0 ? (ssize_t)got : -1);
}

static const char *
secret_file(const char *path, char **out)
{
	char		 text[SECRET_MAX + 1];
	const char	*fault = NULL;
	ssize_t		 got = secret_load(path, text, sizeof(text));
	size_t		 length = got < 0 ? 0 : (size_t)got;

	if (got < 0)
		return ("文件读不出来 / the file cannot be read");
	if (length > SECRET_MAX) {
		fault = "文件过长 / the file is too long";
	} else {
		while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
			length--;
		if (length == 0 || memchr(text, '\n', length) != NULL || memchr(text, '\0', length) != NULL)
			fault = "文件应恰有一行 / the file must hold one line";
		else if ((*out = strndup(text, length)) == NULL)
			fault = "内存不足 / out of memory";
	}
	explicit_bzero(text, sizeof(text));
	return (fault);
}

const char *
secret_read(const char *name, char **out)
{
	const char	*value = getenv(name), *path;
	char		 file[64];
	bool		 has_value = value != NULL && *value != '\0', has_file;

	*out = NULL;
	(void)snprintf(file, sizeof(file), "%s_FILE", name);
	path = getenv(file);
	has_file = path != NULL && *path != '\0';
	if (has_value && has_file)
		return ("与 …_FILE 只能设置一个 / and its _FILE are both set; set one");
	if (has_file)
		return (secret_file(path, out));
	if (!has_value)
		return ("与 …_FILE 均未设置 / is not set, nor its _FILE");
	*out = strdup(value);
	return (*out == NULL ? "内存不足 / out of memory" : NULL);
}
