BEGIN;
-- Answers that say something of a report are kept for repeated requests under a key made of the Idempotency-Key itself, which is not kept. Those of
-- before go with their time, in two days.
CREATE EXTENSION pgcrypto SCHEMA hz;
ALTER TABLE hz.idempotency ADD body_box bytea;
COMMIT;
