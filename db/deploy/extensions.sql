BEGIN;
-- Requests for a later deadline. The request is an act on its finding and has the act's id; somebody else decides it.
CREATE TABLE hz.extension (
	id			uuid PRIMARY KEY CONSTRAINT extension_id_fkey REFERENCES hz.finding_act,
	finding_id		uuid NOT NULL,
	district		text NOT NULL,
	institution_id		uuid NOT NULL,
	institution_type	text NOT NULL,
	street			text NOT NULL,
	category		text NOT NULL,			-- of its finding
	round			int NOT NULL,
	state			text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'granted', 'refused', 'lapsed')),
	old_deadline		date NOT NULL,			-- that ran when it was asked for
	new_deadline		date NOT NULL,			-- asked for
	granted_deadline	date,
	reason			text NOT NULL CHECK (reason <> ''),
	late_days		int NOT NULL CHECK (late_days >= 0),	-- asked for so many days after the old deadline
	asked_by		uuid NOT NULL CONSTRAINT extension_asked_by_fkey REFERENCES hz.actor,
	asked_at		timestamptz NOT NULL,		-- by the device
	decided_by		uuid CONSTRAINT extension_decided_by_fkey REFERENCES hz.actor,
	decision_reason		text,
	closed_at		timestamptz,			-- decided, or lapsed
	lapsed_by		text,				-- the command on the finding that left nothing to decide
	created_at		timestamptz NOT NULL DEFAULT now(),
	updated_at		timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT extension_decided_by_another CHECK (decided_by <> asked_by),
	CHECK (new_deadline > old_deadline),
	CHECK (granted_deadline <= new_deadline),
	CHECK ((state = 'granted') = (granted_deadline IS NOT NULL)),
	CHECK ((state IN ('granted', 'refused')) = (decided_by IS NOT NULL)),
	CHECK ((state IN ('granted', 'refused')) = (decision_reason IS NOT NULL)),
	CHECK ((state = 'lapsed') = (lapsed_by IS NOT NULL)),
	CHECK ((state = 'pending') = (closed_at IS NULL)),
	CONSTRAINT extension_finding_id_fkey FOREIGN KEY (finding_id, district) REFERENCES hz.finding (id, district) ON UPDATE CASCADE,
	CONSTRAINT extension_institution_id_fkey FOREIGN KEY (institution_id, district, street, institution_type)
		REFERENCES hz.institution (id, district, street, type) ON UPDATE CASCADE
);
-- one at a time
CREATE UNIQUE INDEX extension_pending_key ON hz.extension (finding_id) WHERE state = 'pending';
CREATE INDEX extension_finding ON hz.extension (finding_id, created_at, id);
CREATE INDEX extension_district_asked ON hz.extension (district, asked_at DESC, id DESC);
CREATE INDEX extension_district_state_asked ON hz.extension (district, state, asked_at DESC, id DESC);
CREATE INDEX extension_institution_asked ON hz.extension (institution_id, asked_at DESC, id DESC);
ALTER TABLE hz.extension ENABLE ROW LEVEL SECURITY;
COMMIT;
