#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "media/cage.h"
#include "media/confine.h"
#include "media/folder.h"

#define LOOK_MS		200	/* how often time, disk and *stop are looked at */
#define NOT_CONFINED	126	/* exit codes of a child that did not become the tool */
#define NO_TOOL		127

void
cage_start(void)
{
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int
cage_closed(void)
{
	return (confine_landlock());
}

/* Never returns. What is open is closed: a tool has its folder, nothing of ours. */
static void __attribute__((noreturn))
cage_child(pid_t parent, int folder, const char *path, const char *const argv[], const struct cage_limits *limits, int out)
{
	char		 temp[512], home[512];
	char		*environment[] = {
		temp, home, (char []){ "PATH=/usr/bin:/bin" }, (char []){ "LC_ALL=C.UTF-8" },
		/* of libvips: one thread, and none of the loaders that were not made for strangers' files */
		(char []){ "VIPS_CONCURRENCY=1" }, (char []){ "VIPS_BLOCK_UNTRUSTED=1" }, NULL
	};
	sigset_t	 none;
	int		 null = open("/dev/null", O_RDWR);

	(void)snprintf(temp, sizeof(temp), "TMPDIR=%s", path);
	(void)snprintf(home, sizeof(home), "HOME=%s", path);
	if (setpgid(0, 0) == -1 || fchdir(folder) == -1 || dup2(null, 0) == -1 || dup2(out == -1 ? null : out, 1) == -1 ||
	    dup2(null, 2) == -1 || close_range(3, ~0U, 0) == -1)
		_exit(NOT_CONFINED);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (!confine(limits) || prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent)
		_exit(NOT_CONFINED);
	execve(argv[0], (char *const *)argv, environment);
	_exit(errno == ENOENT ? NO_TOOL : NOT_CONFINED);
}

/* Waits for the child; CAGE_DONE when it ended by itself. */
static enum cage_end
cage_watch(int pidfd, int folder, const struct cage_limits *limits, const volatile int *stop)
{
	struct pollfd	look = { .fd = pidfd, .events = POLLIN };
	int		n;

	for (;;) {
		n = poll(&look, 1, LOOK_MS);
		if (n > 0)
			return (CAGE_DONE);
		if (n == -1 && errno != EINTR)
			return (CAGE_FAULT);
		if (*stop)
			return (CAGE_STOPPED);
		if (clock_ms() >= limits->deadline)
			return (CAGE_SLOW);
		if (folder_size(folder) > limits->disk)
			return (CAGE_LARGE);
	}
}

static enum cage_end
cage_status(int status)
{
	if (WIFSIGNALED(status)) {
		switch (WTERMSIG(status)) {
		case SIGXCPU:
			return (CAGE_SLOW);
		case SIGXFSZ:
			return (CAGE_LARGE);
		case SIGKILL:
			return (CAGE_KILLED);
		default:
			return (CAGE_FAILED);
		}
	}
	switch (WEXITSTATUS(status)) {
	case 0:
		return (CAGE_DONE);
	case NO_TOOL:
		return (CAGE_ABSENT);
	case NOT_CONFINED:
		return (CAGE_FAULT);
	default:
		return (CAGE_FAILED);
	}
}

/* Ends the child's whole group, which nobody can leave, and waits for all of it: those whose parent has gone are ours. */
static enum cage_end
cage_reap(pid_t child)
{
	int	status = 0;

	(void)kill(-child, SIGKILL);	/* before it is reaped: its number is still its own */
	(void)kill(child, SIGKILL);	/* it may not have made the group yet */
	while (waitpid(child, &status, 0) == -1 && errno == EINTR)
		continue;
	while (waitpid(-child, NULL, 0) > 0 || errno == EINTR)
		continue;
	return (cage_status(status));
}

enum cage_end
cage_run(int folder, const char *path, const char *const argv[], const struct cage_limits *limits, char *out, size_t size,
    const volatile int *stop)
{
	int		ends[2] = { -1, -1 }, pidfd;
	pid_t		child, parent = getpid();
	enum cage_end	end, own;
	ssize_t		n;

	if (size > 0 && pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1)
		return (CAGE_FAULT);
	child = fork();
	if (child == 0)
		cage_child(parent, folder, path, argv, limits, ends[1]);
	end = CAGE_FAULT;
	if (child != -1) {
		pidfd = pidfd_open(child, 0);
		if (pidfd != -1) {
			end = cage_watch(pidfd, folder, limits, stop);
			(void)close(pidfd);
		}
		own = cage_reap(child);
		if (end == CAGE_DONE)
			end = own;
	}
	if (size > 0) {
		n = read(ends[0], out, size - 1);
		out[n < 0 ? 0 : n] = '\0';
		(void)close(ends[0]);
		(void)close(ends[1]);
	}
	return (end);
}
