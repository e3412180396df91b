BEGIN;
-- What becomes of reports: rewards, retention.

-- What a reward is made of, by edition. The one in force on the day a report was received holds for it.
CREATE TABLE hz.reward_rule (
	edition			text PRIMARY KEY,
	fine_percent		numeric NOT NULL CHECK (fine_percent >= 0),
	min_amount		numeric(14, 2) NOT NULL,
	max_amount		numeric(14, 2) NOT NULL,
	employee_percent	numeric NOT NULL CHECK (employee_percent >= 0),	-- added for those who work there
	collect_days		int NOT NULL,		-- within which it should be collected
	legal_basis		text,			-- NULL: office default
	basis_read		boolean NOT NULL DEFAULT false,
	employee_basis		text,
	employee_basis_read	boolean NOT NULL DEFAULT false,
	effective_from		date NOT NULL,
	effective_to		date,
	note			text,
	CHECK (min_amount <= max_amount)
);

-- granted: told to the reporter; collecting: a code was given to the reporter; paid; replaced by a later one.
ALTER TABLE hz.report_reward
	ADD state	text NOT NULL DEFAULT 'granted' CHECK (state IN ('granted', 'collecting', 'paid', 'replaced')),
	ADD code_hash	bytea CONSTRAINT report_reward_code_hash_key UNIQUE CHECK (length(code_hash) = 32),
	ADD collect_by	date NOT NULL,
	ADD calculated	numeric(14, 2) NOT NULL,	-- by the rule; the leader may have granted another amount, with a reason
	ADD CONSTRAINT report_reward_rule_edition_fkey FOREIGN KEY (rule_edition) REFERENCES hz.reward_rule (edition),
	ADD CHECK ((state = 'paid') = (paid_by IS NOT NULL));
-- one at a time
CREATE UNIQUE INDEX report_reward_running_key ON hz.report_reward (report_id) WHERE state <> 'replaced';

-- How many months a report is kept after its end, by state and result ('' any), by edition.
CREATE TABLE hz.report_retention (
	state		text NOT NULL,
	result		text NOT NULL DEFAULT '',
	edition		text NOT NULL,
	months		int NOT NULL CHECK (months >= 1),
	legal_basis	text,			-- NULL: office default
	basis_read	boolean NOT NULL DEFAULT false,
	effective_from	date NOT NULL,
	effective_to	date,
	note		text,
	PRIMARY KEY (state, result, edition)
);
CREATE INDEX report_ended ON hz.report (ended_at) WHERE state <> 'erased';
COMMIT;
