BEGIN;
-- Published versions are never rewritten: recorded answers point at their items.
CREATE TABLE hz.checklist (
	id			uuid PRIMARY KEY,
	code			text NOT NULL,
	version			int NOT NULL CHECK (version > 0),
	title			text NOT NULL,
	title_en		text,
	institution_type	text CONSTRAINT checklist_institution_type_fkey REFERENCES hz.institution_type,	-- NULL: for every type
	edition			text,
	effective_from		date NOT NULL,
	effective_to		date,
	source			text,
	UNIQUE (code, version),
	CHECK (effective_to >= effective_from)
);

CREATE TABLE hz.checklist_item (
	id		uuid PRIMARY KEY,
	checklist_id	uuid NOT NULL CONSTRAINT checklist_item_checklist_id_fkey REFERENCES hz.checklist,
	category	text NOT NULL CONSTRAINT checklist_item_category_fkey REFERENCES hz.category,
	position	int NOT NULL,
	key_place	text,
	content		text NOT NULL,		-- what must be so
	method		text,			-- how to check it
	legal_basis	text,			-- NULL: good practice, no duty is claimed
	basis_read	boolean NOT NULL DEFAULT false,	-- the clause itself was read, not quoted second-hand
	UNIQUE (checklist_id, category, position),
	UNIQUE (id, checklist_id)
);
COMMIT;
