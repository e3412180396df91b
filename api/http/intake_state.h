/* The inside of an intake, shared by intake.c (octets) and intake_keep.c (the whole file). */
#ifndef HTTP_INTAKE_STATE_H
#define HTTP_INTAKE_STATE_H

#include "http/intake.h"

/* The first problem stands; detail is a constant. Returns false. */
bool	intake_fail(struct intake *, int problem, const char *detail);

/* A call of the store did not go well: no room, or (errno) a fault of ours. Returns false. */
bool	intake_fail_store(struct intake *);

/* For threads. */
void	intake_keep_work(struct task *);
void	intake_settle_work(struct task *);

#endif
