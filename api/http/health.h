/* Is the server well: what /readyz and /metrics tell. */
#ifndef HTTP_HEALTH_H
#define HTTP_HEALTH_H

#include <stdbool.h>

/* Read the gauges of this worker into its slot. */
void	health_gauge(void);

#endif
