/* Time. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

uint64_t	clock_ms(void);		/* monotonic, milliseconds */

/* The calendar day in Asia/Shanghai (UTC+8 the year round since 1991) at `when`: yyyymmdd and a NUL. */
void		clock_day(char day[9], time_t when);

#endif
