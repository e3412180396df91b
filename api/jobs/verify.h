/* Whether what the database says is kept is what lies in the folder, octet by octet. */
#ifndef JOBS_VERIFY_H
#define JOBS_VERIFY_H

#include "jobs/leader.h"

/* Reads every kept file. Each fault is a line on standard output: 缺失 missing, 改变 changed, 无主 orphaned (also what is not of
 * the store at all), with its place; then one line that sums up. Progress goes to standard error. Changes nothing, and may run
 * while others work: what seems wrong is looked at twice. 0: all is well; 1: there are faults; 2: it could not be told. */
int	verify_run(struct leader *leader) __attribute__((warn_unused_result));

#endif
