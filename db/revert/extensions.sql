BEGIN;
DROP TABLE hz.extension;
COMMIT;
