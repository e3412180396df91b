BEGIN;
CREATE TABLE hz.org_unit (
	id		uuid PRIMARY KEY,
	district	text NOT NULL CONSTRAINT org_unit_district_fkey REFERENCES hz.region,
	kind		text NOT NULL CHECK (kind IN ('bureau', 'section', 'subordinate', 'street')),
	name		text NOT NULL CHECK (name <> ''),
	parent_id	uuid,
	street		text CONSTRAINT org_unit_street_fkey REFERENCES hz.region,
	phone		text,
	status		text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'closed')),
	version		bigint NOT NULL DEFAULT 1,
	created_at	timestamptz NOT NULL DEFAULT now(),
	created_by	uuid CONSTRAINT org_unit_created_by_fkey REFERENCES hz.actor,
	updated_at	timestamptz NOT NULL DEFAULT now(),
	UNIQUE (id, district),
	CONSTRAINT org_unit_parent_id_fkey FOREIGN KEY (parent_id, district) REFERENCES hz.org_unit (id, district),
	CONSTRAINT org_unit_name_key UNIQUE (district, name),
	CONSTRAINT org_unit_street_in_district CHECK (street IS NULL OR left(street, 6) = district),
	CONSTRAINT org_unit_not_own_parent CHECK (parent_id <> id)
);
CREATE INDEX org_unit_parent ON hz.org_unit (parent_id);
ALTER TABLE hz.org_unit ENABLE ROW LEVEL SECURITY;

ALTER TABLE hz.actor ADD CONSTRAINT actor_org_unit_id_fkey FOREIGN KEY (org_unit_id) REFERENCES hz.org_unit (id);
COMMIT;
