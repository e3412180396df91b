BEGIN;
CREATE TABLE hz.institution (
	id			uuid PRIMARY KEY,
	code			text NOT NULL CONSTRAINT institution_code_key UNIQUE CHECK (code ~ '^[A-HJ-NP-Z2-9]{7}$'),	-- for the sign at the door
	district		text NOT NULL CONSTRAINT institution_district_fkey REFERENCES hz.region,
	street			text NOT NULL CONSTRAINT institution_street_fkey REFERENCES hz.region,
	type			text NOT NULL CONSTRAINT institution_type_fkey REFERENCES hz.institution_type,
	subtype			text,
	ownership		text CONSTRAINT institution_ownership_fkey REFERENCES hz.ownership,
	name			text NOT NULL CHECK (name <> ''),
	uscc			text CONSTRAINT institution_uscc_key UNIQUE CHECK (uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
	address			text,
	longitude		numeric(10, 7) CHECK (longitude BETWEEN -180 AND 180),	-- degrees, WGS-84
	latitude		numeric(9, 7) CHECK (latitude BETWEEN -90 AND 90),
	beds			int CHECK (beds >= 0),
	residents		int CHECK (residents >= 0),
	disabled_residents	int CHECK (disabled_residents >= 0),
	staff			int CHECK (staff >= 0),
	principal_name		text,
	principal_phone		text,
	safety_officer_name	text,
	safety_officer_phone	text,
	org_unit_id		uuid,
	permits			jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(permits) = 'array'),	-- [{kind, number, expires_on}]
	risk_grade		text CHECK (risk_grade IN ('red', 'orange', 'yellow', 'blue')),
	status			text NOT NULL DEFAULT 'operating' CHECK (status IN ('operating', 'suspended', 'closed')),
	version			bigint NOT NULL DEFAULT 1,
	created_at		timestamptz NOT NULL DEFAULT now(),
	created_by		uuid CONSTRAINT institution_created_by_fkey REFERENCES hz.actor,
	updated_at		timestamptz NOT NULL DEFAULT now(),
	-- what hangs on an institution repeats these columns and follows them by cascade
	CONSTRAINT institution_scope_key UNIQUE (id, district, street, type),
	CONSTRAINT institution_subtype_fkey FOREIGN KEY (subtype, type) REFERENCES hz.institution_subtype (code, type),
	CONSTRAINT institution_org_unit_id_fkey FOREIGN KEY (org_unit_id) REFERENCES hz.org_unit (id),
	CONSTRAINT institution_street_in_district CHECK (left(street, 6) = district),
	CONSTRAINT institution_position_whole CHECK ((longitude IS NULL) = (latitude IS NULL))
);
CREATE INDEX institution_district_created ON hz.institution (district, created_at, id);
CREATE INDEX institution_district_name ON hz.institution (district, name, id);
CREATE INDEX institution_org_unit ON hz.institution (org_unit_id);
ALTER TABLE hz.institution ENABLE ROW LEVEL SECURITY;
COMMIT;
