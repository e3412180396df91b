/*
 * A wall clock that can be moved, preloaded: CLOCK_REALTIME, time() and gettimeofday() are off by the number of seconds in the
 * file $WALL_CLOCK, which is mapped when a program starts. The monotonic clock is left alone, as it is when a real clock is set.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int			 (*real)(clockid_t, struct timespec *);
static const volatile int64_t	*offset;

static void __attribute__((constructor))
wall_clock_start(void)
{
	const char	*name = getenv("WALL_CLOCK");
	void		*map;
	int		 fd;

	real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	if (name == NULL || (fd = open(name, O_RDONLY)) == -1)
		return;
	if ((map = mmap(NULL, sizeof(*offset), PROT_READ, MAP_SHARED, fd, 0)) != MAP_FAILED)
		offset = map;
	close(fd);
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int	r;

	if (real == NULL)
		wall_clock_start();
	r = real(id, ts);
	if (r == 0 && offset != NULL && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		ts->tv_sec += *offset;
	return (r);
}

time_t
time(time_t *out)
{
	struct timespec	ts;

	(void)clock_gettime(CLOCK_REALTIME_COARSE, &ts);
	if (out != NULL)
		*out = ts.tv_sec;
	return (ts.tv_sec);
}

int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec	ts;

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &ts);
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return (0);
}
