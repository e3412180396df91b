BEGIN;
-- Bodies that a finding is handed over or copied to: those that may act where the office may not.
CREATE TABLE hz.receiving_body (
	code		text PRIMARY KEY,
	position	int NOT NULL UNIQUE,
	name_zh		text NOT NULL,
	name_en		text NOT NULL
);

-- 移送 (handover: the finding leaves the office until the body answers) and 抄告 (a copy: it stays). The act on the finding has the
-- same id.
CREATE TABLE hz.referral (
	id			uuid PRIMARY KEY CONSTRAINT referral_id_fkey REFERENCES hz.finding_act,
	district		text NOT NULL,
	finding_id		uuid NOT NULL,
	institution_id		uuid NOT NULL,
	institution_type	text NOT NULL,
	street			text NOT NULL,
	receiving_body		text NOT NULL CONSTRAINT referral_receiving_body_fkey REFERENCES hz.receiving_body,
	receiving_name		text,			-- which of them, in words
	handover		boolean NOT NULL,
	document_number		text,
	matter			text NOT NULL CHECK (matter <> ''),
	sent_at			timestamptz NOT NULL,
	finding_state		text NOT NULL,		-- what the finding was before: where a handed-over one comes back to
	state			text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'answered')),
	receiver		text,			-- the receipt: who took it
	received_at		timestamptz,
	outcome			text CHECK (outcome IN ('closed', 'returned')),
	answered_at		timestamptz,
	actor_id		uuid NOT NULL CONSTRAINT referral_actor_id_fkey REFERENCES hz.actor,
	note			text,
	version			bigint NOT NULL DEFAULT 1,
	created_at		timestamptz NOT NULL DEFAULT now(),
	updated_at		timestamptz NOT NULL DEFAULT now(),
	UNIQUE (id, district),
	CHECK (receiving_body <> 'other' OR receiving_name <> ''),
	CHECK ((receiver IS NULL) = (received_at IS NULL)),
	CHECK ((state = 'answered') = (answered_at IS NOT NULL)),
	CHECK ((outcome IS NOT NULL) = (handover AND state = 'answered')),
	CONSTRAINT referral_finding_id_fkey FOREIGN KEY (finding_id, district) REFERENCES hz.finding (id, district) ON UPDATE CASCADE,
	CONSTRAINT referral_institution_id_fkey FOREIGN KEY (institution_id, district, street, institution_type)
		REFERENCES hz.institution (id, district, street, type) ON UPDATE CASCADE
);
-- a finding is with one body at a time
CREATE UNIQUE INDEX referral_handover_key ON hz.referral (finding_id) WHERE handover AND state = 'waiting';
CREATE INDEX referral_finding ON hz.referral (finding_id);
CREATE INDEX referral_district_sent ON hz.referral (district, sent_at DESC, id DESC);
CREATE INDEX referral_district_waiting ON hz.referral (district, sent_at DESC, id DESC) WHERE state = 'waiting';
CREATE INDEX referral_institution_sent ON hz.referral (institution_id, sent_at DESC, id DESC);
ALTER TABLE hz.referral ENABLE ROW LEVEL SECURITY;

CREATE TABLE hz.referral_reply (
	id		uuid PRIMARY KEY,
	referral_id	uuid NOT NULL CONSTRAINT referral_reply_referral_id_key UNIQUE,
	district	text NOT NULL,
	outcome		text CHECK (outcome IN ('closed', 'returned')),
	result		text NOT NULL CHECK (result <> ''),
	document_number	text,
	replied_at	timestamptz NOT NULL,
	actor_id	uuid NOT NULL CONSTRAINT referral_reply_actor_id_fkey REFERENCES hz.actor,
	recorded_at	timestamptz NOT NULL DEFAULT now(),
	note		text,
	CONSTRAINT referral_reply_referral_id_fkey FOREIGN KEY (referral_id, district) REFERENCES hz.referral (id, district) ON UPDATE CASCADE
);
ALTER TABLE hz.referral_reply ENABLE ROW LEVEL SECURITY;

-- letters, decisions and their receipts are evidence as photographs are
ALTER TABLE hz.attachment_link DROP CONSTRAINT attachment_link_resource_check,
	ADD CONSTRAINT attachment_link_resource_check CHECK (resource IN ('finding', 'finding_act', 'inspection', 'inspection_act', 'inspection_answer',
		'referral_reply', 'penalty_step'));
COMMIT;
