BEGIN;
-- Some limits also say how often: an extension of so many days, so many times at most.
ALTER TABLE hz.time_limit ADD COLUMN times int CHECK (times > 0);	-- NULL: not limited
COMMIT;
