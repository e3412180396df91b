BEGIN;
-- How long the law or the office gives for a step, by edition. What ran keeps the edition of its day.
CREATE TABLE hz.time_limit (
	code		text NOT NULL,
	region		text NOT NULL DEFAULT '' CHECK (region ~ '^([0-9]{2}){0,3}$'),	-- beginning of the district codes it holds for; the longest wins
	edition		text NOT NULL,
	title		text NOT NULL,
	title_en	text NOT NULL,
	amount		int NOT NULL CHECK (amount >= 0),	-- days; 0: the same day
	day_kind	text NOT NULL CHECK (day_kind IN ('calendar', 'working')),
	resource	text NOT NULL,				-- of what: finding, referral, enforcement …
	starts_with	text NOT NULL,				-- the command that sets it going, '' where another function does
	ends_with	text[] NOT NULL DEFAULT '{}',		-- the commands that end it
	severity	text CHECK (severity IN ('general', 'major')),	-- NULL: any
	self_found	boolean,				-- NULL: either way
	responsible	text[] NOT NULL DEFAULT '{}',		-- roles whose step it is
	legal_basis	text,					-- law, article, edition; NULL: the office's own
	basis_read	boolean NOT NULL DEFAULT false,		-- the text itself was read
	effective_from	date NOT NULL,
	effective_to	date,
	note		text,
	created_by	uuid CONSTRAINT time_limit_created_by_fkey REFERENCES hz.actor,	-- NULL: came with the program
	created_at	timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (code, region, edition),
	CHECK (effective_to >= effective_from)
);
CREATE INDEX time_limit_starts ON hz.time_limit (resource, starts_with);
COMMIT;
