BEGIN;
-- 重大事故隐患判定标准: which conditions make a hazard a major one, by type of institution and edition, clause by clause in the
-- office's own words.
CREATE TABLE hz.hazard_standard (
	id			uuid PRIMARY KEY,
	code			text NOT NULL,
	edition			text NOT NULL,
	title			text NOT NULL,
	title_en		text NOT NULL,
	document_number		text,
	issued_by		text NOT NULL,
	institution_type	text NOT NULL CONSTRAINT hazard_standard_institution_type_fkey REFERENCES hz.institution_type,
	effective_from		date NOT NULL,
	effective_to		date,
	source			text NOT NULL,
	basis_read		boolean NOT NULL DEFAULT false,
	UNIQUE (code, edition),
	CHECK (effective_to >= effective_from)
);
CREATE INDEX hazard_standard_type ON hz.hazard_standard (institution_type, effective_from);

CREATE TABLE hz.hazard_clause (
	id		uuid PRIMARY KEY,
	standard_id	uuid NOT NULL CONSTRAINT hazard_clause_standard_id_fkey REFERENCES hz.hazard_standard,
	position	int NOT NULL,
	category	text NOT NULL CONSTRAINT hazard_clause_category_fkey REFERENCES hz.category,
	citation	text NOT NULL,		-- 第三条第一项
	content		text NOT NULL,		-- what it says, in our own words
	UNIQUE (standard_id, position)
);

-- A major finding names the clause that makes it one; any finding may name what it violates.
ALTER TABLE hz.finding
	ADD COLUMN clause_id uuid CONSTRAINT finding_clause_id_fkey REFERENCES hz.hazard_clause,
	ADD COLUMN violated_clause text,
	ADD COLUMN supervised boolean NOT NULL DEFAULT false;	-- 挂牌督办
CREATE INDEX finding_district_supervised ON hz.finding (district, found_at DESC, id DESC) WHERE supervised;
COMMIT;
