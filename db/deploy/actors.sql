BEGIN;
-- An actor is a person or a system. Keys, sessions and records point at the actor, so that two keys of one person are
-- still one person where two are needed.
CREATE TABLE hz.actor (
	id		uuid PRIMARY KEY,
	district	text NOT NULL CONSTRAINT actor_district_fkey REFERENCES hz.region,	-- where the account is kept
	kind		text NOT NULL CHECK (kind IN ('person', 'system')),
	name		text NOT NULL CHECK (name <> ''),
	phone		text,
	certificate_no	text,			-- 执法证号
	org_unit_id	uuid,
	disabled_at	timestamptz,
	version		bigint NOT NULL DEFAULT 1,
	created_at	timestamptz NOT NULL DEFAULT now(),
	created_by	uuid CONSTRAINT actor_created_by_fkey REFERENCES hz.actor,
	updated_at	timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE hz.actor ENABLE ROW LEVEL SECURITY;

CREATE TABLE hz.api_key (
	id		uuid PRIMARY KEY,
	actor_id	uuid NOT NULL CONSTRAINT api_key_actor_id_fkey REFERENCES hz.actor,
	key_hash	bytea NOT NULL CONSTRAINT api_key_key_hash_key UNIQUE CHECK (length(key_hash) = 32),	-- SHA-256 of the key's text
	name		text NOT NULL,
	role		text NOT NULL CHECK (role IN ('admin', 'leader', 'section_chief', 'inspector', 'street', 'institution',
				'staff', 'handler', 'custodian', 'office', 'auditor', 'integration')),
	districts	text[] NOT NULL CHECK (cardinality(districts) BETWEEN 1 AND 200),
	types		text[] NOT NULL DEFAULT '{}',	-- empty: every type; so for streets and institutions
	streets		text[] NOT NULL DEFAULT '{}',
	institutions	uuid[] NOT NULL DEFAULT '{}',
	expires_at	timestamptz,
	revoked_at	timestamptz,
	revoked_by	uuid CONSTRAINT api_key_revoked_by_fkey REFERENCES hz.actor,
	revoke_note	text,
	version		bigint NOT NULL DEFAULT 1,
	created_at	timestamptz NOT NULL DEFAULT now(),
	created_by	uuid CONSTRAINT api_key_created_by_fkey REFERENCES hz.actor,
	updated_at	timestamptz NOT NULL DEFAULT now(),
	-- a key for an institution's people must say which, else it would see them all
	CONSTRAINT api_key_institutions_named CHECK (role NOT IN ('institution', 'staff') OR cardinality(institutions) > 0),
	CONSTRAINT api_key_streets_named CHECK (role <> 'street' OR cardinality(streets) > 0)
);
CREATE INDEX api_key_actor ON hz.api_key (actor_id);
CREATE INDEX api_key_created ON hz.api_key (created_at, id);
ALTER TABLE hz.api_key ENABLE ROW LEVEL SECURITY;
COMMIT;
