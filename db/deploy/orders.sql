BEGIN;
-- 责令(限期)改正: one order lists the problems of a visit, each with a deadline of its own; periods run from service.
CREATE TABLE hz.rectification_order (
	id			uuid PRIMARY KEY,
	district		text NOT NULL,
	institution_id		uuid NOT NULL,
	institution_type	text NOT NULL,
	street			text NOT NULL,
	inspection_id		uuid,
	number			text NOT NULL,
	issued_at		timestamptz NOT NULL,
	actor_id		uuid NOT NULL CONSTRAINT rectification_order_actor_id_fkey REFERENCES hz.actor,
	served_at		timestamptz,
	note			text,
	version			bigint NOT NULL DEFAULT 1,
	created_at		timestamptz NOT NULL DEFAULT now(),
	created_by		uuid NOT NULL CONSTRAINT rectification_order_created_by_fkey REFERENCES hz.actor,
	updated_at		timestamptz NOT NULL DEFAULT now(),
	UNIQUE (id, district),
	CONSTRAINT rectification_order_number_key UNIQUE (district, number),
	CONSTRAINT rectification_order_institution_id_fkey FOREIGN KEY (institution_id, district, street, institution_type)
		REFERENCES hz.institution (id, district, street, type) ON UPDATE CASCADE,
	CONSTRAINT rectification_order_inspection_id_fkey FOREIGN KEY (inspection_id, institution_id)
		REFERENCES hz.inspection (id, institution_id)
);
CREATE INDEX rectification_order_district_issued ON hz.rectification_order (district, issued_at DESC, id DESC);
CREATE INDEX rectification_order_institution ON hz.rectification_order (institution_id, issued_at DESC, id DESC);
CREATE INDEX rectification_order_inspection ON hz.rectification_order (inspection_id) WHERE inspection_id IS NOT NULL;
CREATE INDEX rectification_order_unserved ON hz.rectification_order (district, issued_at, id) WHERE served_at IS NULL;
ALTER TABLE hz.rectification_order ENABLE ROW LEVEL SECURITY;

-- How a period is counted, by edition, with its basis.
CREATE TABLE hz.deadline_rule (
	id		text PRIMARY KEY,
	edition		text NOT NULL,
	title		text NOT NULL,
	day_kind	text NOT NULL CHECK (day_kind IN ('calendar', 'working')),
	legal_basis	text,
	basis_read	boolean NOT NULL DEFAULT false,
	effective_from	date NOT NULL,
	effective_to	date
);

CREATE TABLE hz.rectification_order_item (
	id			uuid PRIMARY KEY,
	order_id		uuid NOT NULL,
	district		text NOT NULL,
	institution_id		uuid NOT NULL,
	n			int NOT NULL,
	finding_id		uuid NOT NULL,
	round			int NOT NULL,
	requirement		text NOT NULL,
	responsible_name	text,
	given_deadline		date,
	days			int CHECK (days > 0),
	day_kind		text CHECK (day_kind IN ('calendar', 'working')),
	legal_basis		text,
	rule_id			text CONSTRAINT rectification_order_item_rule_id_fkey REFERENCES hz.deadline_rule,
	UNIQUE (order_id, n),
	CONSTRAINT rectification_order_item_round_key UNIQUE (finding_id, round),
	CHECK ((given_deadline IS NULL) <> (days IS NULL)),
	CONSTRAINT rectification_order_item_order_id_fkey FOREIGN KEY (order_id, district)
		REFERENCES hz.rectification_order (id, district) ON UPDATE CASCADE,
	CONSTRAINT rectification_order_item_finding_id_fkey FOREIGN KEY (finding_id, institution_id)
		REFERENCES hz.finding (id, institution_id)
);
ALTER TABLE hz.rectification_order_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE hz.finding ADD CONSTRAINT finding_order_item_id_fkey FOREIGN KEY (order_item_id) REFERENCES hz.rectification_order_item (id);

CREATE TABLE hz.order_service (
	id		uuid PRIMARY KEY,
	order_id	uuid NOT NULL,
	district	text NOT NULL,
	method		text NOT NULL,
	served_at	timestamptz NOT NULL,
	receiver	text,
	actor_id	uuid NOT NULL CONSTRAINT order_service_actor_id_fkey REFERENCES hz.actor,
	recorded_at	timestamptz NOT NULL DEFAULT now(),
	note		text,
	CONSTRAINT order_service_order_id_fkey FOREIGN KEY (order_id, district)
		REFERENCES hz.rectification_order (id, district) ON UPDATE CASCADE
);
CREATE INDEX order_service_order ON hz.order_service (order_id);
ALTER TABLE hz.order_service ENABLE ROW LEVEL SECURITY;

-- Every deadline a finding ever had, each with the steps that lead to its date; one of them is current.
CREATE TABLE hz.deadline (
	id		uuid PRIMARY KEY,
	finding_id	uuid NOT NULL,
	district	text NOT NULL,
	round		int NOT NULL,
	due_on		date NOT NULL,
	day_kind	text CHECK (day_kind IN ('calendar', 'working')),
	days		int,
	rule_id		text CONSTRAINT deadline_rule_id_fkey REFERENCES hz.deadline_rule,
	order_id	uuid CONSTRAINT deadline_order_id_fkey REFERENCES hz.rectification_order,
	reason		text NOT NULL,
	explanation	jsonb NOT NULL CHECK (jsonb_typeof(explanation) = 'array'),	-- [{step, date, basis}]
	set_by		uuid NOT NULL CONSTRAINT deadline_set_by_fkey REFERENCES hz.actor,
	set_at		timestamptz NOT NULL DEFAULT now(),
	current		boolean NOT NULL DEFAULT true,
	CONSTRAINT deadline_finding_id_fkey FOREIGN KEY (finding_id, district) REFERENCES hz.finding (id, district) ON UPDATE CASCADE
);
CREATE UNIQUE INDEX deadline_current_key ON hz.deadline (finding_id) WHERE current;
CREATE INDEX deadline_finding ON hz.deadline (finding_id, set_at);
ALTER TABLE hz.deadline ENABLE ROW LEVEL SECURITY;
COMMIT;
