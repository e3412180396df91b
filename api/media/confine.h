/* What a child gives up before it becomes a tool. */
#ifndef MEDIA_CONFINE_H
#define MEDIA_CONFINE_H

#include <stdbool.h>

#include "media/cage.h"

/* Whether the kernel knows Landlock. */
bool	confine_landlock(void);

/* In a child with the folder as its working directory; false when something could not be given up that always can be. */
bool	confine(const struct cage_limits *) __attribute__((warn_unused_result));

#endif
