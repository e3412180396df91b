BEGIN;
ALTER TABLE hz.finding DROP COLUMN spot_check;
DROP TABLE hz.segregation;
COMMIT;
