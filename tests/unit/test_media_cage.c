/*
 * The cage in which tools work on strangers' files: what they cannot do, and that nothing of them is left.
 * sources: api/media/cage.c api/media/confine.c api/media/folder.c api/base/clock.c
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "media/cage.h"
#include "media/confine.h"
#include "media/folder.h"

static char		base[] = "/tmp/hz-cage-XXXXXX";
static char		secret[64];
static struct folder	folder;
static volatile int	stop;
static char		out[512];

static int
start(void **state)
{
	FILE	*file;

	(void)state;
	cage_start();
	if (mkdtemp(base) == NULL || chmod(base, 0755) == -1)
		return (-1);
	(void)snprintf(secret, sizeof(secret), "%s/secret", base);
	if ((file = fopen(secret, "w")) == NULL)
		return (-1);
	(void)fputs("secret\n", file);
	(void)fclose(file);
	return (chmod(secret, 0666));
}

static int
end(void **state)
{
	(void)state;
	(void)unlink(secret);
	return (rmdir(base));	/* fails when a folder was left */
}

static int
before(void **state)
{
	(void)state;
	stop = 0;
	return (folder_make(&folder, base, CAGE_USER) ? 0 : -1);
}

static int
after(void **state)
{
	(void)state;
	folder_remove(&folder);
	return (access(folder.path, F_OK) == -1 ? 0 : -1);
}

static enum cage_end
run_for(unsigned ms, const char *const argv[])
{
	struct cage_limits	limits = { .memory = 256U << 20, .disk = 4U << 20, .cpu = 2, .deadline = clock_ms() + ms };

	return (cage_run(folder.fd, folder.path, argv, &limits, out, sizeof(out), &stop));
}

static enum cage_end
shell(const char *script)
{
	const char	*argv[] = { "/bin/sh", "-c", script, NULL };

	return (run_for(10000, argv));
}

static enum cage_end
python(const char *script)
{
	const char	*argv[] = { "/usr/bin/python3", "-I", "-c", script, secret, NULL };

	return (run_for(10000, argv));
}

static void
a_tool_has_its_folder(void **state)
{
	(void)state;
	assert_int_equal(shell("echo good >file && cat file && mkdir d && mv file d && cat d/file"), CAGE_DONE);
	assert_string_equal(out, "good\ngood\n");
	assert_int_equal(shell("exit 3"), CAGE_FAILED);
}

static void
and_no_files_but_those(void **state)
{
	(void)state;
	if (!confine_landlock())
		skip();
	assert_int_equal(python("import sys; open(sys.argv[1]).read()"), CAGE_FAILED);
	assert_int_equal(python("import sys; open(sys.argv[1], 'w')"), CAGE_FAILED);
	assert_int_equal(python("import os, sys; os.listdir(os.path.dirname(sys.argv[1]))"), CAGE_FAILED);
	assert_int_equal(python("open('/etc/passwd')"), CAGE_FAILED);
	assert_int_equal(python("open('/proc/self/environ')"), CAGE_FAILED);
	assert_int_equal(python("import os, sys; os.link(sys.argv[1], 'mine')"), CAGE_FAILED);
	assert_int_equal(access(secret, F_OK), 0);
}

static void
no_network(void **state)
{
	(void)state;
	assert_int_equal(python("import socket; socket.socket()"), CAGE_FAILED);
	assert_int_equal(python("import socket; socket.socket(socket.AF_UNIX)"), CAGE_FAILED);
	assert_int_equal(python("import socket"), CAGE_DONE);
}

static void
no_rights_and_nothing_inherited(void **state)
{
	int	leaked = open(secret, O_RDONLY);	/* not closed on exec */

	(void)state;
	assert_int_not_equal(leaked, -1);
	assert_int_equal(python("import os, sys; print(*sorted(os.environ)); sys.exit(os.getuid() == 0 or os.getgid() == 0)"), CAGE_DONE);
	assert_string_equal(out, "HOME LC_ALL PATH TMPDIR VIPS_BLOCK_UNTRUSTED VIPS_CONCURRENCY\n");
	assert_int_equal(python("import os\nfor n in range(3, 200):\n try: os.fstat(n)\n except OSError: continue\n else: raise SystemExit(1)"),
	    CAGE_DONE);
	assert_int_equal(python("import sys; sys.exit(sys.stdin.read() != '')"), CAGE_DONE);
	(void)close(leaked);
}

static void
nobody_else_can_be_harmed(void **state)
{
	(void)state;
	assert_int_equal(python("import os; os.kill(os.getppid(), 9)"), CAGE_FAILED);
	assert_int_equal(python("import os; os.setsid()"), CAGE_FAILED);
	assert_int_equal(python("import resource as r, os; r.prlimit(os.getppid(), r.RLIMIT_NOFILE, (3, 3))"), CAGE_FAILED);
	assert_int_equal(python("import resource as r; r.setrlimit(r.RLIMIT_AS, (1 << 40, 1 << 40))"), CAGE_FAILED);
}

static void
memory_is_bounded(void **state)
{
	(void)state;
	assert_int_equal(python("x = bytearray(64 << 20)"), CAGE_DONE);
	assert_int_equal(python("x = bytearray(600 << 20)"), CAGE_FAILED);
}

static void
time_is_bounded(void **state)
{
	const char	*sleeper[] = { "/bin/sleep", "60", NULL };
	uint64_t	 began = clock_ms();

	(void)state;
	assert_int_equal(run_for(500, sleeper), CAGE_SLOW);
	assert_true(clock_ms() - began < 3000);
	assert_int_equal(python("while True: pass"), CAGE_SLOW);	/* by its processor time */
	assert_true(clock_ms() - began < 9000);
}

static void
disk_is_bounded(void **state)
{
	(void)state;
	assert_int_equal(shell("head -c 2000000 /dev/zero >a"), CAGE_DONE);
	assert_int_equal(shell("exec head -c 9000000 /dev/zero >b"), CAGE_LARGE);
	/* one by one each is small enough */
	assert_int_equal(shell("for i in 1 2 3 4 5 6 7 8; do head -c 1000000 /dev/zero >c$i; done; sleep 5"), CAGE_LARGE);
}

static void
what_it_started_ends_with_it(void **state)
{
	char	path[64];
	pid_t	pid;

	(void)state;
	assert_int_equal(shell("sleep 60 >/dev/null & echo $!"), CAGE_DONE);
	pid = (pid_t)strtol(out, NULL, 10);
	assert_true(pid > 1);
	(void)snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	assert_int_equal(access(path, F_OK), -1);
}

static void
stopped_when_asked(void **state)
{
	const char	*sleeper[] = { "/bin/sleep", "60", NULL };

	(void)state;
	stop = 1;
	assert_int_equal(run_for(10000, sleeper), CAGE_STOPPED);
}

static void
no_such_tool(void **state)
{
	const char	*argv[] = { "/usr/bin/there-is-no-such-tool", NULL };

	(void)state;
	assert_int_equal(run_for(1000, argv), CAGE_ABSENT);
}

static void
folders_go_with_all_that_is_in_them(void **state)
{
	(void)state;
	assert_int_equal(shell("d=.; for i in 1 2 3 4 5 6 7 8 9; do d=$d/d; mkdir $d; echo x >$d/f; done"), CAGE_DONE);
	assert_int_equal(symlinkat(base, folder.fd, "out"), 0);
	assert_true(folder_size(folder.fd) >= 9UL * 512);
	/* what is deeper than anything honest counts as too much */
	assert_int_equal(shell("i=0; while [ $i -lt 60 ]; do mkdir d && cd d || exit 1; i=$((i + 1)); done"), CAGE_FAILED);
	assert_int_equal(shell("mkdir e; cd e; i=0; while [ $i -lt 60 ]; do mkdir d && cd d || exit 1; i=$((i + 1)); done; sleep 5"), CAGE_LARGE);
	folder_remove(&folder);
	assert_int_equal(access(secret, F_OK), 0);	/* behind the link */
	assert_true(folder_make(&folder, base, CAGE_USER));
}

static void
only_folders_nobody_holds_are_swept(void **state)
{
	char	left[FOLDER_PATH];

	(void)state;
	(void)snprintf(left, sizeof(left), "%s/hz-media.left00", base);
	assert_int_equal(mkdir(left, 0700), 0);
	assert_int_equal(folder_sweep(base), 1);
	assert_int_equal(access(left, F_OK), -1);
	assert_int_equal(access(folder.path, F_OK), 0);
	assert_int_equal(access(secret, F_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test_setup_teardown(a_tool_has_its_folder, before, after),
		cmocka_unit_test_setup_teardown(and_no_files_but_those, before, after),
		cmocka_unit_test_setup_teardown(no_network, before, after),
		cmocka_unit_test_setup_teardown(no_rights_and_nothing_inherited, before, after),
		cmocka_unit_test_setup_teardown(nobody_else_can_be_harmed, before, after),
		cmocka_unit_test_setup_teardown(memory_is_bounded, before, after),
		cmocka_unit_test_setup_teardown(time_is_bounded, before, after),
		cmocka_unit_test_setup_teardown(disk_is_bounded, before, after),
		cmocka_unit_test_setup_teardown(what_it_started_ends_with_it, before, after),
		cmocka_unit_test_setup_teardown(stopped_when_asked, before, after),
		cmocka_unit_test_setup_teardown(no_such_tool, before, after),
		cmocka_unit_test_setup_teardown(folders_go_with_all_that_is_in_them, before, after),
		cmocka_unit_test_setup_teardown(only_folders_nobody_holds_are_swept, before, after),
	};

	return (cmocka_run_group_tests(tests, start, end));
}
