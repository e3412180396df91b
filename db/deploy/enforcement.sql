BEGIN;
-- Kinds of administrative penalty the office may decide.
CREATE TABLE hz.penalty_kind (
	code		text PRIMARY KEY,
	position	int NOT NULL UNIQUE,
	name_zh		text NOT NULL,
	name_en		text NOT NULL,
	with_amount	boolean NOT NULL,	-- a sum of money belongs to it
	to_be_paid	boolean NOT NULL,	-- and it has to be paid within the period for fines
	legal_basis	text NOT NULL,
	basis_read	boolean NOT NULL DEFAULT false
);

-- What the office does beside the rectification of a finding: 约谈, 警告, 责令停业整顿, 恢复, 立案处罚. The act on the finding has the same id.
CREATE TABLE hz.enforcement_measure (
	id			uuid PRIMARY KEY CONSTRAINT enforcement_measure_id_fkey REFERENCES hz.finding_act,
	district		text NOT NULL,
	finding_id		uuid NOT NULL,
	institution_id		uuid NOT NULL,
	institution_type	text NOT NULL,
	street			text NOT NULL,
	kind			text NOT NULL CHECK (kind IN ('talk', 'warning', 'order_suspend', 'resume', 'penalty_case')),
	state			text NOT NULL CHECK (CASE kind WHEN 'order_suspend' THEN state IN ('standing', 'lifted')
		WHEN 'penalty_case' THEN state IN ('filed', 'investigated', 'notified', 'hearing_requested', 'heard', 'decided', 'served', 'paid', 'enforced', 'closed')
		ELSE state = 'done' END),
	occurred_at		timestamptz NOT NULL,
	document_number		text,
	matter			text,			-- what for
	legal_basis		text,
	persons			jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(persons) = 'array'),	-- of a talk: [{name, post}]
	place			text,
	record			text,			-- what was said in a talk
	scope			text CHECK (scope IN ('whole', 'part')),	-- of a suspension
	scope_text		text,
	lifted_at		timestamptz,
	suspension_id		uuid CONSTRAINT enforcement_measure_suspension_id_fkey REFERENCES hz.enforcement_measure,	-- a resume: what it lifts
	reinspection_id		uuid CONSTRAINT enforcement_measure_reinspection_id_fkey REFERENCES hz.finding_act,	-- and what allows it
	step_at			timestamptz,		-- a case: when its latest step happened
	result			text CHECK (result IN ('penalty', 'no_penalty', 'prosecution')),
	penalties		jsonb,			-- as decided: [{kind, amount}]
	to_pay			numeric(14, 2) CHECK (to_pay > 0),	-- CNY
	actor_id		uuid NOT NULL CONSTRAINT enforcement_measure_actor_id_fkey REFERENCES hz.actor,
	note			text,
	version			bigint NOT NULL DEFAULT 1,
	created_at		timestamptz NOT NULL DEFAULT now(),
	updated_at		timestamptz NOT NULL DEFAULT now(),
	UNIQUE (id, district),
	CHECK ((kind = 'order_suspend') = (scope IS NOT NULL)),
	CHECK (scope <> 'part' OR scope_text <> ''),
	CHECK ((lifted_at IS NOT NULL) = (kind = 'order_suspend' AND state = 'lifted')),
	CHECK ((suspension_id IS NOT NULL) = (kind = 'resume')),
	CHECK (reinspection_id IS NULL OR kind = 'resume'),
	CHECK ((step_at IS NOT NULL) = (kind = 'penalty_case')),
	CHECK (result IS NULL OR kind = 'penalty_case'),
	CHECK ((penalties IS NOT NULL) = (result IS NOT DISTINCT FROM 'penalty')),
	CONSTRAINT enforcement_measure_finding_id_fkey FOREIGN KEY (finding_id, district) REFERENCES hz.finding (id, district) ON UPDATE CASCADE,
	CONSTRAINT enforcement_measure_institution_id_fkey FOREIGN KEY (institution_id, district, street, institution_type)
		REFERENCES hz.institution (id, district, street, type) ON UPDATE CASCADE
);
-- one suspension at a time for one finding, lifted once
CREATE UNIQUE INDEX enforcement_measure_standing_key ON hz.enforcement_measure (finding_id) WHERE state = 'standing';
CREATE UNIQUE INDEX enforcement_measure_lifts_key ON hz.enforcement_measure (suspension_id) WHERE suspension_id IS NOT NULL;
CREATE INDEX enforcement_measure_finding ON hz.enforcement_measure (finding_id);
CREATE INDEX enforcement_measure_standing ON hz.enforcement_measure (institution_id) WHERE state = 'standing';
CREATE INDEX enforcement_measure_district_occurred ON hz.enforcement_measure (district, occurred_at DESC, id DESC);
CREATE INDEX enforcement_measure_district_open ON hz.enforcement_measure (district, occurred_at DESC, id DESC) WHERE state NOT IN ('done', 'lifted', 'closed');
CREATE INDEX enforcement_measure_institution_occurred ON hz.enforcement_measure (institution_id, occurred_at DESC, id DESC);
ALTER TABLE hz.enforcement_measure ENABLE ROW LEVEL SECURITY;

-- The steps of a penalty case, its filing first.
CREATE TABLE hz.penalty_step (
	id		uuid PRIMARY KEY,
	measure_id	uuid NOT NULL,
	district	text NOT NULL,
	institution_id	uuid NOT NULL,
	step		text NOT NULL,
	outcome		text NOT NULL DEFAULT '',
	from_state	text NOT NULL,
	to_state	text NOT NULL,
	actor_id	uuid NOT NULL CONSTRAINT penalty_step_actor_id_fkey REFERENCES hz.actor,
	role		text NOT NULL,
	occurred_at	timestamptz NOT NULL,
	recorded_at	timestamptz NOT NULL DEFAULT now(),
	document_number	text,
	note		text,
	detail		jsonb NOT NULL DEFAULT '{}',
	CONSTRAINT penalty_step_measure_id_fkey FOREIGN KEY (measure_id, district) REFERENCES hz.enforcement_measure (id, district) ON UPDATE CASCADE
);
CREATE INDEX penalty_step_measure ON hz.penalty_step (measure_id, recorded_at, id);
CREATE INDEX penalty_step_institution ON hz.penalty_step (institution_id, occurred_at DESC, id DESC);
ALTER TABLE hz.penalty_step ENABLE ROW LEVEL SECURITY;

-- The suspensions that stand, as lists show them: [{measure_id, finding_id, scope, scope_text, document_number, since}]. While one is of the
-- whole institution it cannot be called operating.
ALTER TABLE hz.institution
	ADD COLUMN suspensions jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(suspensions) = 'array'),
	ADD CONSTRAINT institution_suspended_by_measure CHECK (status <> 'operating' OR NOT suspensions @> '[{"scope": "whole"}]');
COMMIT;
