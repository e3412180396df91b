/* Idempotency-Key: claim the key in the transaction of the effect, replay the first answer. */
#ifndef ENGINE_IDEMPOTENCY_H
#define ENGINE_IDEMPOTENCY_H

#include "engine/work.h"

extern const char idempotency_claim_sql[], idempotency_replay_sql[];

/* Take the request's key, if it has one and may. False when the key itself is malformed. */
bool idempotency_key(struct engine_call *) __attribute__((warn_unused_result));

/* What tells the request from others under the same key. Before anything of it is sealed. */
void idempotency_hash(struct engine_call *);

/* What a secret of the first answer is sealed with beside it. */
const char *idempotency_passphrase(const struct engine_call *);

/* Add the step that claims the key. */
void idempotency_claim(struct engine_call *);

/* Did the call fail because its key was claimed before? */
bool idempotency_taken(const struct engine_call *, const struct pg_answer *);

/* Add the step that reads the first answer, instead of the claim and the statement. */
void idempotency_replay(struct engine_call *);

/* Answer from the row of that step: the first answer again, or a refusal. */
void idempotency_reply(struct engine_call *, PGresult *);

#endif
