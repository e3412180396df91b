BEGIN;
DROP TABLE hz.institution;
COMMIT;
