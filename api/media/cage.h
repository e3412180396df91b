/*
 * A tool at work on somebody's file, in a child that can do little else: one folder to read and write in, the system's
 * programs to read, bounded memory, time, disk and processes, no network, no privileges, an empty environment.
 */
#ifndef MEDIA_CAGE_H
#define MEDIA_CAGE_H

#include <stddef.h>
#include <stdint.h>

struct cage_limits {
	uint64_t	memory;		/* octets of address space of each process */
	uint64_t	disk;		/* octets in the folder, all in all */
	uint64_t	deadline;	/* clock_ms() at which it is killed */
	unsigned	cpu;		/* seconds of each process */
};

enum cage_end {
	CAGE_DONE,		/* ended with 0 */
	CAGE_FAILED,		/* ended otherwise: the tool does not like the file */
	CAGE_SLOW,		/* out of time */
	CAGE_LARGE,		/* out of disk */
	CAGE_KILLED,		/* by somebody else: the system out of memory, an operator */
	CAGE_ABSENT,		/* there is no such tool */
	CAGE_STOPPED,		/* *stop was set */
	CAGE_FAULT,		/* no child could be made */
};

/* Once per process: children that lost their parent come to us, and nobody traces us. */
void	cage_start(void);

/* 1 when the kernel can close files off (Landlock), else 0. */
int	cage_closed(void);

/* Whether tools run under another user than we do: they are root's, then, given up for `nobody`. The folder is to be his. */
#define CAGE_USER	65534

/* Run argv (argv[0] a full path) in the folder. Up to `size` - 1 octets of its standard output are written to `out`, and a
 * NUL; size 0: nobody listens. Returns when it and all it started have ended; *stop is looked at five times a second. */
enum cage_end	cage_run(int folder, const char *path, const char *const argv[], const struct cage_limits *,
		    char *out, size_t size, const volatile int *stop) __attribute__((warn_unused_result));

#endif
