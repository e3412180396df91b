BEGIN;
DROP INDEX hz.finding_district_supervised;
ALTER TABLE hz.finding DROP COLUMN clause_id, DROP COLUMN violated_clause, DROP COLUMN supervised;
DROP TABLE hz.hazard_clause, hz.hazard_standard;
COMMIT;
