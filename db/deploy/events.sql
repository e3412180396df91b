BEGIN;
-- Written by triggers in the transaction of the change. A job gives `position` in id order, up to the oldest transaction
-- still running, so that a reader who follows positions never misses a late commit. The digest is salted: a payload may be
-- erased later while what was sealed over digests stays checkable.
CREATE TABLE hz.event (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	xid			xid8 NOT NULL DEFAULT pg_current_xact_id(),
	position		bigint CONSTRAINT event_position_key UNIQUE,
	occurred_at		timestamptz NOT NULL,
	recorded_at		timestamptz NOT NULL,
	actor_id		uuid,			-- NULL: set-up by the owner of the database
	district		text NOT NULL,
	institution_id		uuid,
	institution_type	text,
	street			text,
	category		text,
	resource		text NOT NULL,
	resource_id		uuid NOT NULL,
	what			text NOT NULL,
	from_state		text,
	to_state		text,
	reason			text,
	payload			jsonb,
	salt			bytea,
	digest			bytea NOT NULL
);
CREATE INDEX event_waiting ON hz.event (id) WHERE position IS NULL;
CREATE INDEX event_district_position ON hz.event (district, position) WHERE position IS NOT NULL;
CREATE INDEX event_resource ON hz.event (resource_id, id);
ALTER TABLE hz.event ENABLE ROW LEVEL SECURITY;

-- The last position given; a counter of its own, because a sequence leaves holes.
CREATE TABLE hz.event_head (
	one		boolean PRIMARY KEY DEFAULT true CHECK (one),
	position	bigint NOT NULL
);
INSERT INTO hz.event_head (position) VALUES (0);
COMMIT;
