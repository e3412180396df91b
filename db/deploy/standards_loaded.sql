BEGIN;
-- An edition that an operator has loaded or completed from its text is not touched by later deployments.
ALTER TABLE hz.hazard_standard ADD COLUMN loaded_at timestamptz;	-- NULL: as it came with the program
COMMIT;
