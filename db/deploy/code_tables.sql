BEGIN;
-- Codes are data with a name in two languages; a code once used stays.
CREATE TABLE hz.category (
	code		text PRIMARY KEY,
	position	int NOT NULL UNIQUE,
	name_zh		text NOT NULL,
	name_en		text NOT NULL,
	sensitive	boolean NOT NULL	-- may name vulnerable people: fewer roles read its findings
);

CREATE TABLE hz.institution_type (
	code		text PRIMARY KEY,
	position	int NOT NULL UNIQUE,
	name_zh		text NOT NULL,
	name_en		text NOT NULL
);

CREATE TABLE hz.institution_subtype (
	code		text PRIMARY KEY,
	type		text NOT NULL CONSTRAINT institution_subtype_type_fkey REFERENCES hz.institution_type,
	position	int NOT NULL,
	name_zh		text NOT NULL,
	name_en		text NOT NULL,
	UNIQUE (code, type),
	UNIQUE (type, position)
);

CREATE TABLE hz.ownership (
	code		text PRIMARY KEY,
	position	int NOT NULL UNIQUE,
	name_zh		text NOT NULL,
	name_en		text NOT NULL
);

-- GB/T 2260 codes down to the county, statistical codes for streets below it.
CREATE TABLE hz.region (
	code		text PRIMARY KEY CHECK (code ~ '^[0-9]{6}([0-9]{3})?$'),
	parent		text CONSTRAINT region_parent_fkey REFERENCES hz.region,
	level		text NOT NULL CHECK (level IN ('province', 'city', 'county', 'street')),
	name		text NOT NULL
);
CREATE INDEX region_parent ON hz.region (parent, code);

-- The state machines: from which state which command leads where, and who may give it. `-` stands for "not there yet".
-- A NULL condition (severity, self_found, kinds) means any.
CREATE TABLE hz.transition (
	resource	text NOT NULL,
	command		text NOT NULL,		-- the route's name, or 'create'
	outcome		text NOT NULL DEFAULT '',	-- passed, failed …; '' where a command has one end
	from_state	text NOT NULL,
	to_state	text NOT NULL,
	roles		text[] NOT NULL CHECK (cardinality(roles) > 0),
	severity	text CHECK (severity IN ('general', 'major')),
	self_found	boolean,
	when_due	boolean NOT NULL DEFAULT false,	-- only once the deadline has come
	kinds		text[],
	UNIQUE NULLS NOT DISTINCT (resource, command, outcome, from_state, to_state, severity, self_found, when_due, kinds, roles)
);
COMMIT;
