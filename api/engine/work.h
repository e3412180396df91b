/* The engine's own part of a call, shared by the steps of a request's way. */
#ifndef ENGINE_WORK_H
#define ENGINE_WORK_H

#include "crypto/crypto.h"
#include "engine/engine.h"
#include "engine/query.h"
#include "engine/statement.h"
#include "pg/pg.h"

#define WORK_VALUES	STATEMENT_BINDS

struct csv;

/* Values of one statement, in the shape libpq takes. */
struct work_values {
	const char	*text[WORK_VALUES];
	int		 lengths[WORK_VALUES];
	int		 formats[WORK_VALUES];	/* 1: binary, of that length */
	int		 n;
};

struct engine_work {
	const char		*params[CONTRACT_SEGMENTS];	/* of the path, decoded */
	struct query		 query;
	const char		*body;		/* what :body binds: checked JSON text, NUL-ended; NULL: none */
	json_t			*value;		/* owned; the body with its secrets, while they wait to be sealed */
	bool			 csv_wanted, prepared;
	const char		**given;	/* what C has set, in the order of op->values */
	int			 late;		/* a fault to answer with once the caller is known; -1: none */
	json_t			*late_errors;	/* owned */

	const char		*token;		/* after "Bearer " or "Receipt " */
	char			 day[9];	/* yyyymmdd, as the database has it; "": it was not asked */
	uint8_t			 token_hash[CRYPTO_HASH];	/* or the receipt's */
	const char		*key;		/* Idempotency-Key of a POST; NULL: none */
	uint8_t			 key_hash[CRYPTO_HASH];
	uint8_t			 request_hash[CRYPTO_HASH];
	char			 answer_key[2 * CRYPTO_HASH + 1];	/* what a sealed answer is stored under */
	char			 secret[CRYPTO_SECRET_SIZE];	/* "": none was made */
	uint8_t			 secret_hash[CRYPTO_HASH];
	uint8_t			 secret_box[CRYPTO_SECRET_SIZE - 1 + CRYPTO_BOX_EXTRA];

	enum pg_lane		 lane;		/* of the statement */
	struct pg_step		 steps[PG_STEPS];
	size_t			 nsteps;
	size_t			 claim;		/* index of the claim among the steps; PG_STEPS: none */
	struct work_values	 auth, exporting, claiming, values;
	struct pg_call		*pending;	/* NULL: nothing is in flight */
	PGresult		*held;		/* keeps the bytes of reply.body alive */
	PGresult		*admitted;	/* the row of x-admit */
	struct csv		*csv;		/* a streamed list */
};

#define WORK_TEXT	0
#define WORK_BINARY	1

void work_bind(struct work_values *, const void *value, int length, int format);

/* The step that runs sql with these values, which it borrows. */
void work_step(struct engine_call *, uint64_t key, const char *sql, const struct work_values *);

/* Send the steps; the reply is refused at once (true) when that cannot be done. */
bool work_send(struct engine_call *, enum pg_lane, pg_done *) __attribute__((warn_unused_result));

/* The first lane an operation goes to. */
enum pg_lane work_lane(const struct contract_op *);

#endif
