BEGIN;
DROP TABLE hz.idempotency;
COMMIT;
