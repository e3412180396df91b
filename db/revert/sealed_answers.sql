BEGIN;
ALTER TABLE hz.idempotency DROP body_box;
DROP EXTENSION pgcrypto;
COMMIT;
