/* What nobody needs any more goes: attachments that were not linked in time, content without attachments, leftovers. */
#ifndef JOBS_CLEAN_H
#define JOBS_CLEAN_H

#include <stdbool.h>

#include "jobs/leader.h"

/* Once through everything; says in the log how many of each were removed, never their names. The connection must be open;
 * other cleaners may run beside this one. False after a fault, which has been logged. */
bool	clean_run(struct leader *leader) __attribute__((warn_unused_result));

#endif
