BEGIN;
CREATE TABLE hz.finding (
	id			uuid PRIMARY KEY,
	district		text NOT NULL,
	institution_id		uuid NOT NULL,
	institution_type	text NOT NULL,
	street			text NOT NULL,
	inspection_id		uuid,
	category		text NOT NULL CONSTRAINT finding_category_fkey REFERENCES hz.category,
	severity		text NOT NULL CHECK (severity IN ('general', 'major')),
	source_kind		text NOT NULL CHECK (source_kind IN ('inspection', 'self', 'staff', 'street', 'integration', 'other')),
	self_found		boolean NOT NULL GENERATED ALWAYS AS (source_kind = 'self') STORED,
	description		text NOT NULL CHECK (description <> ''),
	location		text,
	key_place		text,
	suggestion		text,
	recurs_of		uuid CONSTRAINT finding_recurs_of_fkey REFERENCES hz.finding,
	found_at		timestamptz NOT NULL,
	state			text NOT NULL CHECK (state IN ('reported', 'confirmed', 'ordered', 'rectifying', 'reinspection_requested',
		'awaiting_closure', 'closed', 'dismissed', 'merged', 'voided', 'terminated', 'transferred')),
	is_open			boolean NOT NULL GENERATED ALWAYS AS (state IN ('reported', 'confirmed', 'ordered', 'rectifying',
		'reinspection_requested', 'awaiting_closure')) STORED,
	round			int NOT NULL DEFAULT 1 CHECK (round > 0),
	due_on			date,			-- the running deadline; the whole day counts
	responsible_name	text,			-- who puts it right, as the order in force names them
	order_item_id		uuid,
	merged_into		uuid CONSTRAINT finding_merged_into_fkey REFERENCES hz.finding,
	last_act_at		timestamptz NOT NULL,	-- when the latest step happened, by the device
	closed_at		timestamptz,		-- when it left the open states
	version			bigint NOT NULL DEFAULT 1,
	created_at		timestamptz NOT NULL DEFAULT now(),
	created_by		uuid NOT NULL CONSTRAINT finding_created_by_fkey REFERENCES hz.actor,
	updated_at		timestamptz NOT NULL DEFAULT now(),
	UNIQUE (id, district),
	UNIQUE (id, institution_id),
	CONSTRAINT finding_institution_id_fkey FOREIGN KEY (institution_id, district, street, institution_type)
		REFERENCES hz.institution (id, district, street, type) ON UPDATE CASCADE,
	CONSTRAINT finding_inspection_id_fkey FOREIGN KEY (inspection_id, institution_id) REFERENCES hz.inspection (id, institution_id),
	CHECK ((state = 'merged') = (merged_into IS NOT NULL)),
	CHECK (merged_into <> id)
);
CREATE INDEX finding_district_found ON hz.finding (district, found_at DESC, id DESC);
CREATE INDEX finding_district_created ON hz.finding (district, created_at DESC, id DESC);
CREATE INDEX finding_district_state_found ON hz.finding (district, state, found_at DESC, id DESC);
CREATE INDEX finding_district_deadline ON hz.finding (district, (COALESCE(due_on, 'infinity'::date)), id);
CREATE INDEX finding_district_due_open ON hz.finding (district, due_on, id) WHERE is_open AND due_on IS NOT NULL;
CREATE INDEX finding_district_open ON hz.finding (district, found_at DESC, id DESC) WHERE is_open;
CREATE INDEX finding_district_major ON hz.finding (district, found_at DESC, id DESC) WHERE severity = 'major';
CREATE INDEX finding_district_responsible ON hz.finding (district, responsible_name, found_at DESC, id DESC) WHERE responsible_name IS NOT NULL;
CREATE INDEX finding_institution_found ON hz.finding (institution_id, found_at DESC, id DESC);
CREATE INDEX finding_inspection ON hz.finding (inspection_id) WHERE inspection_id IS NOT NULL;
CREATE INDEX finding_created_by ON hz.finding (created_by, created_at DESC);
ALTER TABLE hz.finding ENABLE ROW LEVEL SECURITY;

ALTER TABLE hz.inspection_answer ADD CONSTRAINT inspection_answer_finding_id_fkey FOREIGN KEY (finding_id) REFERENCES hz.finding (id);
CREATE INDEX inspection_answer_finding ON hz.inspection_answer (finding_id) WHERE finding_id IS NOT NULL;

-- Every act on a finding, its creation too; the rows of one command are what GET …/<command> lists.
CREATE TABLE hz.finding_act (
	id		uuid PRIMARY KEY,
	finding_id	uuid NOT NULL,
	district	text NOT NULL,
	institution_id	uuid NOT NULL,
	command		text NOT NULL,
	outcome		text NOT NULL DEFAULT '',
	round		int NOT NULL,			-- the round it was done in
	from_state	text NOT NULL,
	to_state	text NOT NULL,
	actor_id	uuid NOT NULL CONSTRAINT finding_act_actor_id_fkey REFERENCES hz.actor,
	role		text NOT NULL,			-- the role it was done in
	occurred_at	timestamptz NOT NULL,
	recorded_at	timestamptz NOT NULL DEFAULT now(),
	note		text,
	detail		jsonb NOT NULL DEFAULT '{}',
	CONSTRAINT finding_act_finding_id_fkey FOREIGN KEY (finding_id, district) REFERENCES hz.finding (id, district) ON UPDATE CASCADE
);
CREATE INDEX finding_act_finding ON hz.finding_act (finding_id, command, recorded_at, id);
CREATE INDEX finding_act_institution ON hz.finding_act (institution_id, occurred_at DESC, id DESC);
ALTER TABLE hz.finding_act ENABLE ROW LEVEL SECURITY;
COMMIT;
