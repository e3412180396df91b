/*
 * Secrets by environment or by file.
 * sources: api/base/secret.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/secret.h"

static char	path[] = "/tmp/hz-secret-XXXXXX";

/* What secret_read() makes of a file with these octets; NULL when it refuses. The caller's. */
static char *
read_file(const char *octets, size_t length)
{
	FILE	*f = fopen(path, "w");
	char	*out;

	assert_non_null(f);
	assert_int_equal(fwrite(octets, 1, length, f), length);
	assert_int_equal(fclose(f), 0);
	setenv("HZ_T_FILE", path, 1);
	if (secret_read("HZ_T", &out) != NULL)
		assert_null(out);
	return (out);
}

static void
one_line_of_a_file(void **state)
{
	static const char	*const good[] = { "host=db password=x", "host=db password=x\n", "host=db password=x\r\n" };
	char			*out;

	(void)state;
	unsetenv("HZ_T");
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		out = read_file(good[i], strlen(good[i]));
		assert_non_null(out);
		assert_string_equal(out, "host=db password=x");
		free(out);
	}
	assert_null(read_file("", 0));
	assert_null(read_file("\n\n", 2));
	assert_null(read_file("a\nb\n", 4));
	assert_null(read_file("a\0b\n", 4));
}

static void
length_is_bounded(void **state)
{
	static char	text[SECRET_MAX + 1];
	char		*out;

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_null(read_file(text, SECRET_MAX + 1));
	out = read_file(text, SECRET_MAX);
	assert_non_null(out);
	assert_int_equal(strlen(out), SECRET_MAX);
	free(out);
}

static void
environment_or_file(void **state)
{
	char	*out;

	(void)state;
	setenv("HZ_T", "plain", 1);
	setenv("HZ_T_FILE", path, 1);
	assert_non_null(secret_read("HZ_T", &out));	/* both */
	setenv("HZ_T_FILE", "", 1);
	assert_null(secret_read("HZ_T", &out));
	assert_string_equal(out, "plain");
	free(out);
	setenv("HZ_T", "", 1);
	assert_non_null(secret_read("HZ_T", &out));	/* neither */
	setenv("HZ_T_FILE", "/nonexistent/secret", 1);
	assert_non_null(secret_read("HZ_T", &out));
	setenv("HZ_T_FILE", "/tmp", 1);			/* opens, but cannot be read */
	assert_non_null(secret_read("HZ_T", &out));
	assert_null(out);
}

static int
make_file(void **state)
{
	int	fd = mkstemp(path);

	(void)state;
	return (fd == -1 || close(fd) != 0);
}

static int
drop_file(void **state)
{
	(void)state;
	return (unlink(path));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(one_line_of_a_file),
		cmocka_unit_test(length_is_bounded),
		cmocka_unit_test(environment_or_file),
	};

	return (cmocka_run_group_tests(tests, make_file, drop_file));
}
