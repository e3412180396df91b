BEGIN;
ALTER TABLE hz.finding DROP CONSTRAINT finding_supervised_check;
ALTER TABLE hz.hazard_clause DROP COLUMN basis_read;
COMMIT;
