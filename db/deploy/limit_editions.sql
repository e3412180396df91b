BEGIN;
-- An edition can be named in an address, the same in every installation, and one of a district is that district's event.
ALTER TABLE hz.time_limit
	ADD COLUMN id uuid NOT NULL GENERATED ALWAYS AS (md5(code || '/' || region || '/' || edition)::uuid) STORED
		CONSTRAINT time_limit_id_key UNIQUE,
	ADD COLUMN district text GENERATED ALWAYS AS (CASE WHEN length(region) = 6 THEN region END) STORED;

-- What an operator has loaded is not the program's to change at the next deployment.
ALTER TABLE hz.calendar_notice ADD COLUMN loaded_at timestamptz;	-- NULL: came with the program
COMMIT;
