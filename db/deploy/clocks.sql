BEGIN;
-- Legal clocks that run beside the rectification of a finding: the office's own limits, an answer awaited from another body, a
-- permit that ends. The running deadline of a finding itself stands on the finding.
CREATE TABLE hz.clock (
	id			uuid PRIMARY KEY,
	kind			text NOT NULL,		-- code of its time limit
	district		text NOT NULL,
	institution_id		uuid NOT NULL,
	institution_type	text NOT NULL,
	street			text NOT NULL,
	finding_id		uuid,
	category		text,			-- of its finding
	severity		text,
	resource		text NOT NULL,		-- what it is a clock of: finding, referral, enforcement …
	resource_id		uuid NOT NULL,
	title			text NOT NULL,
	responsible		text[] NOT NULL DEFAULT '{}',	-- roles whose step it is
	responsible_name	text,
	limit_region		text,			-- the edition of the time limit it runs by; NULL: a date given
	limit_edition		text,
	started_at		timestamptz NOT NULL,
	due_on			date NOT NULL,		-- the whole day counts
	shown_from		date,			-- not on worklists before this day; NULL: at once
	explanation		jsonb NOT NULL CHECK (jsonb_typeof(explanation) = 'array'),
	ended_at		timestamptz,		-- NULL: it runs
	ended_by		text,			-- the command that ended it
	created_at		timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT clock_institution_id_fkey FOREIGN KEY (institution_id, district, street, institution_type)
		REFERENCES hz.institution (id, district, street, type) ON UPDATE CASCADE,
	CONSTRAINT clock_finding_id_fkey FOREIGN KEY (finding_id, district) REFERENCES hz.finding (id, district) ON UPDATE CASCADE,
	CONSTRAINT clock_limit_fkey FOREIGN KEY (kind, limit_region, limit_edition) REFERENCES hz.time_limit (code, region, edition)
);
CREATE INDEX clock_district_due ON hz.clock (district, due_on, id) WHERE ended_at IS NULL;
CREATE INDEX clock_institution_due ON hz.clock (institution_id, due_on, id) WHERE ended_at IS NULL;
CREATE INDEX clock_finding ON hz.clock (finding_id) WHERE finding_id IS NOT NULL;
-- one of a kind runs for one thing
CREATE UNIQUE INDEX clock_running_key ON hz.clock (resource_id, kind) WHERE ended_at IS NULL;
ALTER TABLE hz.clock ENABLE ROW LEVEL SECURITY;
COMMIT;
