BEGIN;
CREATE TABLE hz.inspection (
	id			uuid PRIMARY KEY,
	district		text NOT NULL,
	institution_id		uuid NOT NULL,
	institution_type	text NOT NULL,
	street			text NOT NULL,
	kind			text NOT NULL CHECK (kind IN ('routine', 'special', 'case', 'patrol', 'supervision', 'self', 'sweep', 'red_armband')),
	method			text NOT NULL DEFAULT 'ordinary'
		CHECK (method IN ('ordinary', 'double_random', 'joint', 'unannounced', 'night', 'look_back')),
	task_source		text,
	planned_on		date,
	checklist_id		uuid CONSTRAINT inspection_checklist_id_fkey REFERENCES hz.checklist,
	state			text NOT NULL CHECK (state IN ('planned', 'in_progress', 'awaiting_signature', 'recorded', 'cancelled')),
	place			text,
	credentials_shown	boolean,
	accompanying		jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(accompanying) = 'array'),	-- [{name, post}]
	noticed_at		timestamptz,		-- when the institution was told beforehand
	started_at		timestamptz,
	ended_at		timestamptz,
	conclusion		text,
	recorded_at		timestamptz,
	cancel_reason		text,
	note			text,
	last_act_at		timestamptz,		-- when the latest step happened, by the device
	version			bigint NOT NULL DEFAULT 1,
	created_at		timestamptz NOT NULL DEFAULT now(),
	created_by		uuid NOT NULL CONSTRAINT inspection_created_by_fkey REFERENCES hz.actor,
	updated_at		timestamptz NOT NULL DEFAULT now(),
	UNIQUE (id, district),
	UNIQUE (id, institution_id),
	CONSTRAINT inspection_institution_id_fkey FOREIGN KEY (institution_id, district, street, institution_type)
		REFERENCES hz.institution (id, district, street, type) ON UPDATE CASCADE
);
CREATE INDEX inspection_district_planned ON hz.inspection (district, (COALESCE(planned_on, '-infinity'::date)) DESC, id DESC);
CREATE INDEX inspection_district_created ON hz.inspection (district, created_at DESC, id DESC);
CREATE INDEX inspection_institution ON hz.inspection (institution_id, created_at DESC, id DESC);
CREATE INDEX inspection_waiting ON hz.inspection (district, state, planned_on, id) WHERE state IN ('planned', 'in_progress', 'awaiting_signature');
ALTER TABLE hz.inspection ENABLE ROW LEVEL SECURITY;

CREATE TABLE hz.inspection_inspector (
	inspection_id	uuid NOT NULL,
	district	text NOT NULL,
	n		int NOT NULL,
	actor_id	uuid CONSTRAINT inspection_inspector_actor_id_fkey REFERENCES hz.actor,
	name		text NOT NULL,
	certificate_no	text,
	PRIMARY KEY (inspection_id, n),
	CONSTRAINT inspection_inspector_inspection_id_fkey FOREIGN KEY (inspection_id, district)
		REFERENCES hz.inspection (id, district) ON UPDATE CASCADE,
	UNIQUE (inspection_id, actor_id)
);
CREATE INDEX inspection_inspector_actor ON hz.inspection_inspector (actor_id, inspection_id);
ALTER TABLE hz.inspection_inspector ENABLE ROW LEVEL SECURITY;

-- Every step of the visit; a signature is an act whose detail holds party, name, post, signed_at, refused, reason.
CREATE TABLE hz.inspection_act (
	id		uuid PRIMARY KEY,
	inspection_id	uuid NOT NULL,
	district	text NOT NULL,
	command		text NOT NULL,
	from_state	text NOT NULL,
	to_state	text NOT NULL,
	actor_id	uuid NOT NULL CONSTRAINT inspection_act_actor_id_fkey REFERENCES hz.actor,
	occurred_at	timestamptz NOT NULL,
	recorded_at	timestamptz NOT NULL DEFAULT now(),
	note		text,
	detail		jsonb NOT NULL DEFAULT '{}',
	CONSTRAINT inspection_act_inspection_id_fkey FOREIGN KEY (inspection_id, district)
		REFERENCES hz.inspection (id, district) ON UPDATE CASCADE
);
CREATE INDEX inspection_act_inspection ON hz.inspection_act (inspection_id, recorded_at, id);
ALTER TABLE hz.inspection_act ENABLE ROW LEVEL SECURITY;

CREATE TABLE hz.inspection_answer (
	inspection_id	uuid NOT NULL,
	item_id		uuid NOT NULL CONSTRAINT inspection_answer_item_id_fkey REFERENCES hz.checklist_item,
	district	text NOT NULL,
	answer		text NOT NULL CHECK (answer IN ('pass', 'fail', 'corrected_on_spot', 'not_applicable', 'not_checked')),
	note		text,
	finding_id	uuid,
	PRIMARY KEY (inspection_id, item_id),
	CONSTRAINT inspection_answer_inspection_id_fkey FOREIGN KEY (inspection_id, district)
		REFERENCES hz.inspection (id, district) ON UPDATE CASCADE
);
ALTER TABLE hz.inspection_answer ENABLE ROW LEVEL SECURITY;
COMMIT;
