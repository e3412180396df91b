BEGIN;
ALTER TABLE hz.finding DROP COLUMN closed_by, DROP COLUMN reinspected, DROP COLUMN reinspection_failed;
COMMIT;
