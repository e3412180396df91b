BEGIN;
ALTER TABLE hz.hazard_standard DROP COLUMN loaded_at;
COMMIT;
