BEGIN;
DROP TABLE hz.time_limit;
COMMIT;
