#include <stdio.h>

#include "base/clock.h"

uint64_t
clock_ms(void)
{
	struct timespec	ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000);
}

void
clock_day(char day[9], time_t when)
{
	struct tm	tm;

	when += 8 * 3600L;
	(void)gmtime_r(&when, &tm);
	(void)strftime(day, 9, "%Y%m%d", &tm);
}
