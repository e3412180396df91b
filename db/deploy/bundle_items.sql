BEGIN;
-- What came in a bundle, by the ids the device gave: the digest tells a repeated item from another one under the same id.
CREATE TABLE hz.bundle_item (
	inspection_id	uuid NOT NULL,
	kind		text NOT NULL CHECK (kind IN ('inspection', 'start', 'finding', 'correction', 'answer', 'order', 'service',
		'submission', 'signature')),
	id		uuid NOT NULL,		-- of an answer: the checklist item's
	district	text NOT NULL,
	digest		bytea NOT NULL CHECK (octet_length(digest) = 32),	-- SHA-256 of the item as jsonb writes it
	actor_id	uuid NOT NULL CONSTRAINT bundle_item_actor_id_fkey REFERENCES hz.actor,
	created_at	timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (inspection_id, kind, id),
	CONSTRAINT bundle_item_inspection_id_fkey FOREIGN KEY (inspection_id, district)
		REFERENCES hz.inspection (id, district) ON UPDATE CASCADE
);
ALTER TABLE hz.bundle_item ENABLE ROW LEVEL SECURITY;
COMMIT;
