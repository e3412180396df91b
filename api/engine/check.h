/* Before a worker calls itself ready: does every statement fit this database? */
#ifndef ENGINE_CHECK_H
#define ENGINE_CHECK_H

#include <stdbool.h>

#include "pg/pg.h"

/* A connection of the lane has come up: check the lane's statements, unless that was done. A statement
 * that does not fit stops the server; a database that goes away only delays the check. */
void check_lane(enum pg_lane);

/* Every statement of every lane was found good. */
bool check_passed(void);

#endif
