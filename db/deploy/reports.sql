BEGIN;
-- 安全吹哨人: reports and what belongs to them. Ids are random (UUIDv4) and times are kept to the hour, so that nothing here can be laid
-- beside a log of connections; `n` gives the order within a report. No account, address or device of a reporter is in any column.

-- What identities are sealed to, by district; the private half is never on a server. The newest that is not retired counts.
CREATE TABLE hz.custodian_key (
	id		uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	district	text NOT NULL CONSTRAINT custodian_key_district_fkey REFERENCES hz.region,
	public_key	text NOT NULL CHECK (public_key ~ '^[0-9a-f]{64}$'),	-- X25519
	note		text,
	created_at	timestamptz NOT NULL DEFAULT now(),
	retired_at	timestamptz
);
CREATE UNIQUE INDEX custodian_key_current ON hz.custodian_key (district) WHERE retired_at IS NULL;
ALTER TABLE hz.custodian_key ENABLE ROW LEVEL SECURITY;

-- Why a report is rejected, returned, handed on …, by edition.
CREATE TABLE hz.report_reason (
	command		text NOT NULL,		-- rejections, returns, transfers …
	code		text NOT NULL,
	title_zh	text NOT NULL,
	title_en	text NOT NULL,
	legal_basis	text,			-- NULL: office default
	basis_read	boolean NOT NULL DEFAULT false,
	effective_from	date NOT NULL,
	effective_to	date,
	PRIMARY KEY (command, code)
);

-- Numbers of the handling of reports by edition: retention, hiding of small cells, rewards …
CREATE TABLE hz.report_rule (
	key		text NOT NULL,
	edition		text NOT NULL,
	value		numeric NOT NULL,
	title		text NOT NULL,
	legal_basis	text,			-- NULL: office default
	basis_read	boolean NOT NULL DEFAULT false,
	effective_from	date NOT NULL,
	effective_to	date,
	note		text,
	PRIMARY KEY (key, edition)
);

CREATE TABLE hz.report (
	id			uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	pseudonym		uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT report_pseudonym_key UNIQUE,	-- its name in the audit log
	district		text NOT NULL CONSTRAINT report_district_fkey REFERENCES hz.region,
	institution_id		uuid,			-- NULL: only named, or not known
	institution_type	text,
	street			text,
	institution_name	text,			-- as the reporter names it
	mode			text NOT NULL CHECK (mode IN ('anonymous', 'confidential', 'named')),
	audience		text NOT NULL DEFAULT 'bureau' CHECK (audience IN ('bureau', 'institution')),
	subject_kind		text NOT NULL CHECK (subject_kind IN ('major_hazard', 'violation', 'retaliation', 'other')),
	category		text CONSTRAINT report_category_fkey REFERENCES hz.category,
	description		text,			-- NULL: erased
	happened_at		timestamptz,		-- as the reporter says
	channel			text NOT NULL DEFAULT 'web' CHECK (channel IN ('web', '12350', '12345', 'letter', 'visit', 'other_system')),
	external_number		text,
	identity_box		text,			-- sealed box, base 64; NULL: none was given, or it is erased
	custodian_key_id	uuid CONSTRAINT report_custodian_key_id_fkey REFERENCES hz.custodian_key,
	receipt_hash		bytea CONSTRAINT report_receipt_hash_key UNIQUE CHECK (length(receipt_hash) = 32),	-- NULL: erased
	state			text NOT NULL CHECK (state IN ('received', 'accepted', 'rejected', 'transferred', 'returned', 'verifying', 'supplement',
		'concluded', 'fed_back', 'withdrawn', 'merged', 'erased')),
	state_before		text,			-- of a supplement or a pause
	paused_at		timestamptz,		-- the legal clock stands still since
	result			text CHECK (result IN ('substantiated', 'partly_substantiated', 'unsubstantiated')),
	named_persons		jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(named_persons) = 'array'),	-- whom it is about: [{name, post}]
	named_names		text[] NOT NULL DEFAULT '{}',	-- their names without blanks: who is called so never sees it
	named_actors		uuid[] NOT NULL DEFAULT '{}',	-- accounts it is about, or whose names stand in it: they never see it
	leader_sees		boolean NOT NULL DEFAULT false,	-- no handler of the district may: the leader finds another
	handler_id		uuid CONSTRAINT report_handler_id_fkey REFERENCES hz.actor,
	merged_into		uuid CONSTRAINT report_merged_into_fkey REFERENCES hz.report,
	taken_by		uuid CONSTRAINT report_taken_by_fkey REFERENCES hz.actor,	-- who typed it in; NULL: the reporter
	signed_at		timestamptz,		-- 签收 of a hotline's ticket
	hold_reason		text,			-- legal hold: not erased while this is said
	received_at		timestamptz NOT NULL,	-- to the hour, as every time here
	ended_at		timestamptz,
	version			bigint NOT NULL DEFAULT 1,
	updated_at		timestamptz NOT NULL,
	UNIQUE (id, district),
	CONSTRAINT report_institution_id_fkey FOREIGN KEY (institution_id, district, street, institution_type)
		REFERENCES hz.institution (id, district, street, type) ON UPDATE CASCADE,
	CHECK (audience = 'bureau' OR institution_id IS NOT NULL)
);
-- Numbers are a city's own. A ticket that was sent back may come again.
CREATE UNIQUE INDEX report_external_number_key ON hz.report (left(district, 4), channel, external_number) WHERE state <> 'returned';
CREATE INDEX report_district_received ON hz.report (district, received_at DESC, id DESC);
CREATE INDEX report_district_state ON hz.report (district, state, received_at DESC, id DESC);
CREATE INDEX report_institution ON hz.report (institution_id) WHERE institution_id IS NOT NULL;
ALTER TABLE hz.report ENABLE ROW LEVEL SECURITY;

-- Every step, the reporter's own among them (actor NULL).
CREATE TABLE hz.report_act (
	id		uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	report_id	uuid NOT NULL,
	district	text NOT NULL,
	n		int NOT NULL,
	command		text NOT NULL,
	outcome		text NOT NULL DEFAULT '',
	from_state	text NOT NULL,
	to_state	text NOT NULL,
	actor_id	uuid CONSTRAINT report_act_actor_id_fkey REFERENCES hz.actor,
	role		text NOT NULL,
	occurred_at	timestamptz NOT NULL,
	recorded_at	timestamptz NOT NULL,
	reason_code	text,
	note		text,			-- NULL after erasure
	detail		jsonb NOT NULL DEFAULT '{}',
	UNIQUE (report_id, n),
	CONSTRAINT report_act_report_id_fkey FOREIGN KEY (report_id, district) REFERENCES hz.report (id, district) ON UPDATE CASCADE
);
ALTER TABLE hz.report_act ENABLE ROW LEVEL SECURITY;

CREATE TABLE hz.report_message (
	id		uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	report_id	uuid NOT NULL,
	district	text NOT NULL,
	n		int NOT NULL,
	author		text NOT NULL CHECK (author IN ('reporter', 'office', 'institution')),
	actor_id	uuid CONSTRAINT report_message_actor_id_fkey REFERENCES hz.actor,	-- NULL: the reporter
	text		text,			-- NULL: erased
	sent_at		timestamptz NOT NULL,
	UNIQUE (report_id, n),
	CHECK ((author = 'reporter') = (actor_id IS NULL)),
	CONSTRAINT report_message_report_id_fkey FOREIGN KEY (report_id, district) REFERENCES hz.report (id, district) ON UPDATE CASCADE
);
ALTER TABLE hz.report_message ENABLE ROW LEVEL SECURITY;

-- What was sent along; files themselves as those of other attachments, their metadata taken out before anybody sees them.
CREATE TABLE hz.report_file (
	id		uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	report_id	uuid NOT NULL,
	district	text NOT NULL,
	n		int NOT NULL,
	author		text NOT NULL CHECK (author IN ('reporter', 'office')),
	attachment_id	uuid CONSTRAINT report_file_attachment_id_fkey REFERENCES hz.attachment,	-- NULL: erased
	sent_at		timestamptz NOT NULL,
	UNIQUE (report_id, n),
	CONSTRAINT report_file_report_id_fkey FOREIGN KEY (report_id, district) REFERENCES hz.report (id, district) ON UPDATE CASCADE
);
ALTER TABLE hz.report_file ENABLE ROW LEVEL SECURITY;

-- Findings that came of it. The finding knows nothing of this.
CREATE TABLE hz.report_finding (
	report_id	uuid NOT NULL,
	district	text NOT NULL,
	finding_id	uuid NOT NULL CONSTRAINT report_finding_finding_id_fkey REFERENCES hz.finding,
	PRIMARY KEY (report_id, finding_id),
	CONSTRAINT report_finding_report_id_fkey FOREIGN KEY (report_id, district) REFERENCES hz.report (id, district) ON UPDATE CASCADE
);
CREATE INDEX report_finding_finding ON hz.report_finding (finding_id);
ALTER TABLE hz.report_finding ENABLE ROW LEVEL SECURITY;

-- 交办: to a handler, or to a street, which must report back.
CREATE TABLE hz.report_assignment (
	id		uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	report_id	uuid NOT NULL,
	district	text NOT NULL,
	n		int NOT NULL,
	handler_id	uuid CONSTRAINT report_assignment_handler_id_fkey REFERENCES hz.actor,
	street		text CONSTRAINT report_assignment_street_fkey REFERENCES hz.region,
	task		text NOT NULL,		-- what is asked: all that a street learns of the report
	due_on		date,
	assigned_by	uuid NOT NULL CONSTRAINT report_assignment_assigned_by_fkey REFERENCES hz.actor,
	assigned_at	timestamptz NOT NULL,
	reply		text,
	replied_by	uuid CONSTRAINT report_assignment_replied_by_fkey REFERENCES hz.actor,
	replied_at	timestamptz,
	UNIQUE (report_id, n),
	CHECK ((handler_id IS NULL) <> (street IS NULL)),
	CONSTRAINT report_assignment_report_id_fkey FOREIGN KEY (report_id, district) REFERENCES hz.report (id, district) ON UPDATE CASCADE
);
CREATE INDEX report_assignment_street_open ON hz.report_assignment (street, due_on) WHERE replied_at IS NULL;
ALTER TABLE hz.report_assignment ENABLE ROW LEVEL SECURITY;

-- Legal clocks of a report, as hz.clock for findings, apart from them because nobody else may see that one runs.
CREATE TABLE hz.report_clock (
	id		uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	report_id	uuid NOT NULL,
	district	text NOT NULL,
	kind		text NOT NULL,		-- code of its time limit
	title		text NOT NULL,
	limit_region	text,
	limit_edition	text,
	started_on	date NOT NULL,
	due_on		date NOT NULL,
	counted_from	date,			-- counted from the day after, and can be counted again; NULL: a date given
	pauses		datemultirange NOT NULL DEFAULT '{}',	-- days that did not count
	paused_days	int NOT NULL DEFAULT 0,
	explanation	jsonb NOT NULL CHECK (jsonb_typeof(explanation) = 'array'),
	provisional	boolean NOT NULL GENERATED ALWAYS AS (counted_from IS NOT NULL AND explanation @> '[{"step": "warning"}]') STORED,
	ended_on	date,			-- NULL: it runs
	ended_by	text,
	CONSTRAINT report_clock_report_id_fkey FOREIGN KEY (report_id, district) REFERENCES hz.report (id, district) ON UPDATE CASCADE,
	CONSTRAINT report_clock_limit_fkey FOREIGN KEY (kind, limit_region, limit_edition) REFERENCES hz.time_limit (code, region, edition)
);
CREATE INDEX report_clock_due ON hz.report_clock (district, due_on, id) WHERE ended_on IS NULL;
CREATE INDEX report_clock_report ON hz.report_clock (report_id);
CREATE UNIQUE INDEX report_clock_running_key ON hz.report_clock (report_id, kind) WHERE ended_on IS NULL;
ALTER TABLE hz.report_clock ENABLE ROW LEVEL SECURITY;

-- A handler asks for the identity, the custodian grants or refuses; what is granted is handed out once.
CREATE TABLE hz.identity_request (
	id		uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	report_id	uuid NOT NULL,
	district	text NOT NULL,
	custodian_district text NOT NULL CONSTRAINT identity_request_custodian_district_fkey REFERENCES hz.region,	-- whose key it is sealed to
	requested_by	uuid NOT NULL CONSTRAINT identity_request_requested_by_fkey REFERENCES hz.actor,
	requested_at	timestamptz NOT NULL,
	reason		text NOT NULL,
	state		text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'granted', 'refused')),
	decided_by	uuid CONSTRAINT identity_request_decided_by_fkey REFERENCES hz.actor,
	decided_at	timestamptz,
	decision_reason	text,
	CHECK (decided_by <> requested_by),
	CONSTRAINT identity_request_report_id_fkey FOREIGN KEY (report_id, district) REFERENCES hz.report (id, district) ON UPDATE CASCADE
);
CREATE UNIQUE INDEX identity_request_pending ON hz.identity_request (report_id) WHERE state = 'pending';
ALTER TABLE hz.identity_request ENABLE ROW LEVEL SECURITY;

CREATE TABLE hz.report_reward (
	id		uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	report_id	uuid NOT NULL,
	district	text NOT NULL,
	n		int NOT NULL,
	rule_edition	text NOT NULL,
	fine		numeric(14, 2),		-- CNY
	employee	boolean NOT NULL,
	amount		numeric(14, 2) NOT NULL CHECK (amount >= 0),
	explanation	jsonb NOT NULL CHECK (jsonb_typeof(explanation) = 'array'),
	granted_by	uuid NOT NULL CONSTRAINT report_reward_granted_by_fkey REFERENCES hz.actor,
	granted_at	timestamptz NOT NULL,
	reason		text,
	collected_at	timestamptz,
	paid_by		uuid CONSTRAINT report_reward_paid_by_fkey REFERENCES hz.actor,
	UNIQUE (report_id, n),
	CONSTRAINT report_reward_report_id_fkey FOREIGN KEY (report_id, district) REFERENCES hz.report (id, district) ON UPDATE CASCADE
);
ALTER TABLE hz.report_reward ENABLE ROW LEVEL SECURITY;

-- Who has read or done what with reports, messages, identities and exports. Written by functions of the owner only. A report
-- stands here under its pseudonym.
CREATE TABLE hz.audit_log (
	id		bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at		timestamptz NOT NULL,
	district	text NOT NULL,
	actor_id	uuid NOT NULL CONSTRAINT audit_log_actor_id_fkey REFERENCES hz.actor,
	role		text NOT NULL,
	what		text NOT NULL,		-- report_read, messages_read, identity_requested …
	subject		uuid,			-- a pseudonym
	detail		jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_log_district ON hz.audit_log (district, id DESC);
CREATE INDEX audit_log_actor ON hz.audit_log (actor_id, id DESC);
CREATE INDEX audit_log_subject ON hz.audit_log (subject, id DESC) WHERE subject IS NOT NULL;
ALTER TABLE hz.audit_log ENABLE ROW LEVEL SECURITY;

-- What answers repeated requests of those who call without a key is kept to the hour, too.
ALTER TABLE hz.idempotency ALTER created_at
	SET DEFAULT CASE WHEN current_setting('app.role', true) = 'nobody' THEN date_trunc('hour', now()) ELSE now() END;

-- Limits that hold for some kinds of a thing only; of reports: their channel, or institution where the audience is that.
ALTER TABLE hz.time_limit ADD kinds text[];
COMMIT;
