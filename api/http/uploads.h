/* Uploads that may be continued: the tus protocol 1.0.0. Who owns one and how long it is to become stand in the database. */
#ifndef HTTP_UPLOADS_H
#define HTTP_UPLOADS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "http/piece.h"
#include "http/reply.h"

/* Is this operation one of the protocol's? */
bool uploads_is(const struct contract_op *);

/* A PATCH was admitted: open the file, see that the piece goes on where it ends. False: answered or refused (409, 423 …), in
 * call->reply. `sent`: octets of the announced body, -1 when that is not known. */
bool uploads_begin(struct engine_call *, int64_t sent, struct piece *) __attribute__((warn_unused_result));

/* What every answer of the protocol's routes says; `options`: what the server can do. Nothing for other routes. */
void uploads_fields(const struct engine_call *, bool options, struct reply *);

#endif
