BEGIN;
-- The roles stay: they belong to the cluster and may serve another database.
DROP SCHEMA hz;
COMMIT;
