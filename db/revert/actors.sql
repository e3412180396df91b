BEGIN;
DROP TABLE hz.api_key, hz.actor;
COMMIT;
