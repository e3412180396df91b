BEGIN;
CREATE TABLE hz.idempotency (
	actor_id	uuid NOT NULL,
	key_hash	bytea NOT NULL,			-- SHA-256 of the Idempotency-Key
	request_hash	bytea NOT NULL,			-- of method, path and body
	created_at	timestamptz NOT NULL DEFAULT now(),
	status		int,
	body		json,
	version		bigint,
	location	text,
	secret_box	bytea,				-- a secret of the first answer, sealed under the Idempotency-Key itself
	CONSTRAINT idempotency_pkey PRIMARY KEY (actor_id, key_hash)
) WITH (fillfactor = 70);
CREATE INDEX idempotency_created ON hz.idempotency (created_at);
ALTER TABLE hz.idempotency ENABLE ROW LEVEL SECURITY;
COMMIT;
