/*
 * Lines that are held: one write for many, in order, none lost when the process ends in whatever way of its own.
 * sources: api/base/log.c
 */
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

#define LINES	100	/* more than are held at a time */

static char	out[2 * PIPE_BUF];

/* What a process writes that does this and ends. */
static const char *
output_of(void (*act)(void))
{
	int	fds[2];
	size_t	n = 0;
	ssize_t	r;
	pid_t	child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)dup2(fds[1], STDOUT_FILENO);
		(void)close(fds[0]);
		(void)close(fds[1]);
		if (!log_keep())
			_exit(2);
		act();
		_exit(0);
	}
	(void)close(fds[1]);
	while ((r = read(fds[0], out + n, sizeof(out) - 1 - n)) > 0)
		n += (size_t)r;
	out[n] = '\0';
	(void)close(fds[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	return (out);
}

static void
hold_and_leave(void)
{
	log_hold("one\n", 4);
}

static void
hold_and_exit(void)
{
	log_hold("one\n", 4);
	exit(0);
}

static void
hold_and_abort(void)
{
	log_hold("one\n", 4);
	abort();
}

static void
hold_and_tell(void)
{
	log_hold("one\n", 4);
	log_line(LOG_LINE_ERROR, "two");
}

static void
hold_many(void)
{
	char	line[60];
	int	i;

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (i = 0; i < LINES; i++)
		log_hold(line, sizeof(line));
	log_flush();
}

static void
held_lines_wait(void **state)
{
	(void)state;
	assert_string_equal(output_of(hold_and_leave), "");
}

static void
the_end_of_a_process_loses_none(void **state)
{
	(void)state;
	assert_string_equal(output_of(hold_and_exit), "one\n");
	assert_string_equal(output_of(hold_and_abort), "one\n");
}

static void
other_lines_do_not_overtake(void **state)
{
	const char	*text = output_of(hold_and_tell);

	(void)state;
	assert_ptr_equal(strstr(text, "one\n"), text);
	assert_non_null(strstr(text, "\"message\":\"two\"}\n"));
}

static void
more_than_is_held_is_written(void **state)
{
	(void)state;
	assert_int_equal(strlen(output_of(hold_many)), LINES * 60);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(held_lines_wait),
		cmocka_unit_test(the_end_of_a_process_loses_none),
		cmocka_unit_test(other_lines_do_not_overtake),
		cmocka_unit_test(more_than_is_held_is_written),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
