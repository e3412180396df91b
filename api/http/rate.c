#include <stddef.h>
#include <sys/mman.h>

#include "http/rate.h"

#define MINUTE_US	60000000ULL

/*
 * One number a cap: the time by which all that was taken would have come at an even pace (the generic cell rate algorithm). It
 * may run ahead of the clock by a minute's worth. Shared by the workers, changed by compare-and-swap.
 */
struct cap {
	uint64_t	ahead;		/* microseconds of clock_ms() */
	uint64_t	pace;		/* between two */
};

static struct cap	*caps;

bool
rate_map(void)
{
	void	*map = mmap(NULL, RATES * sizeof(*caps), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return (false);
	caps = map;
	return (true);
}

void
rate_set(enum rate rate, unsigned per_minute)
{
	caps[rate].pace = MINUTE_US / per_minute;
}

unsigned
rate_take(enum rate rate, uint64_t now_ms)
{
	struct cap	*cap = &caps[rate];
	uint64_t	 now = now_ms * 1000, was = __atomic_load_n(&cap->ahead, __ATOMIC_RELAXED), next;

	do {
		next = (was > now ? was : now) + cap->pace;
		if (next > now + MINUTE_US)
			return ((unsigned)((next - now - MINUTE_US) / 1000000) + 1);
	} while (!__atomic_compare_exchange_n(&cap->ahead, &was, next, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return (0);
}
