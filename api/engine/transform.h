/* x-transform: what becomes of secrets in a checked body before anything is bound. */
#ifndef ENGINE_TRANSFORM_H
#define ENGINE_TRANSFORM_H

#include <stdbool.h>

#include "crypto/crypto.h"
#include "engine/engine.h"

/* The keyed hash of a text, in hexadecimal; of a receipt, however it was typed. */
void transform_hash(const struct contract_schema *, const char *text, char hex[2 * CRYPTO_HASH + 1]);

/* The body's text (arena) without its secrets: what is to be hashed is, and in the place of what is to be sealed stands
 * true. call->work->value keeps the whole. */
const char *transform_hide(struct engine_call *call);

/* The text with them sealed to the public key (hexadecimal) that x-admit has told; call->work->value is let go. NULL: there is something to
 * seal and no key. */
const char *transform_seal(struct engine_call *call, const char *public_key) __attribute__((warn_unused_result));

#endif
