BEGIN;
ALTER TABLE hz.calendar_notice DROP COLUMN loaded_at;
ALTER TABLE hz.time_limit DROP COLUMN district, DROP COLUMN id;
COMMIT;
