BEGIN;
-- 文书: what is issued on paper. Its kind says where its number comes from and what it is about.
CREATE TABLE hz.document_kind (
	code		text PRIMARY KEY,
	position	int NOT NULL UNIQUE,
	name_zh		text NOT NULL,
	name_en		text NOT NULL,
	word		text NOT NULL UNIQUE,		-- in its number: 检录〔2026〕第 1 号
	issuer		text NOT NULL CHECK (issuer IN ('bureau', 'street', 'institution')),
	resource	text NOT NULL CHECK (resource IN ('rectification_order', 'order_service', 'inspection', 'inspection_act', 'finding_act')),
	inspection_kinds text[]				-- issued for these visits only
);

-- What templates share: a style sheet and macros. An edition once used is never changed.
CREATE TABLE hz.document_style (
	edition		text PRIMARY KEY,
	css		text NOT NULL,
	macros		text NOT NULL,			-- Jinja, imported by the body as common.html
	source		text NOT NULL			-- whose layout it follows
);

-- How a kind of document reads, by region and edition. The one for the narrowest region that holds on the day of issue is taken.
CREATE TABLE hz.document_template (
	kind		text NOT NULL CONSTRAINT document_template_kind_fkey REFERENCES hz.document_kind,
	region		text NOT NULL CHECK (region ~ '^([0-9]{2}|[0-9]{4}|[0-9]{6})?$'),	-- '' is everywhere
	edition		text NOT NULL,
	title		text NOT NULL CHECK (title <> ''),
	body		text NOT NULL,			-- Jinja
	style		text NOT NULL CONSTRAINT document_template_style_fkey REFERENCES hz.document_style,
	terms		jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(terms) = 'object'),	-- periods and the like that the body names
	legal_basis	text,
	basis_read	boolean NOT NULL DEFAULT false,
	effective_from	date NOT NULL,
	effective_to	date,
	PRIMARY KEY (kind, region, edition),
	CHECK (effective_to >= effective_from)
);

-- Running numbers, those of orders among them: one row a kind, district and year, locked while a document is issued, so that
-- numbers have no holes.
CREATE TABLE hz.document_number (
	kind		text NOT NULL CONSTRAINT document_number_kind_fkey REFERENCES hz.document_kind,
	district	text NOT NULL,
	year		int NOT NULL,
	last		int NOT NULL CHECK (last > 0),
	PRIMARY KEY (kind, district, year)
);
ALTER TABLE hz.document_number ENABLE ROW LEVEL SECURITY;
INSERT INTO hz.document_kind (code, position, name_zh, name_en, word, issuer, resource)
SELECT 'rectification_order', 1, '责令限期改正通知书', 'Rectification order', '责改', 'bureau', 'rectification_order'
 WHERE EXISTS (SELECT FROM hz.order_number);
INSERT INTO hz.document_number (kind, district, year, last) SELECT 'rectification_order', district, year, last FROM hz.order_number;
DROP TABLE hz.order_number;

-- A document: what it says is frozen in `data` when it is issued; its files are made once from that and the edition of its day.
CREATE TABLE hz.document (
	id			uuid PRIMARY KEY,
	district		text NOT NULL,
	institution_id		uuid NOT NULL,
	institution_type	text NOT NULL,
	street			text NOT NULL,
	kind			text NOT NULL CONSTRAINT document_kind_fkey REFERENCES hz.document_kind,
	numbered_in		text NOT NULL,		-- the district whose series the number is of, wherever the institution goes
	number			text NOT NULL,
	title			text NOT NULL,
	template_region		text NOT NULL,
	template_edition	text NOT NULL,
	resource		text NOT NULL CHECK (resource IN ('rectification_order', 'order_service', 'inspection', 'inspection_act', 'finding_act')),
	resource_id		uuid NOT NULL,
	order_id		uuid,
	inspection_id		uuid,
	finding_ids		uuid[] NOT NULL,	-- all it tells of: who may not see one of them does not see it
	categories		text[] NOT NULL DEFAULT '{}',	-- of the answers it tells, where those are kept from some
	data			jsonb NOT NULL,
	issued_at		timestamptz NOT NULL,
	issued_by		uuid NOT NULL CONSTRAINT document_issued_by_fkey REFERENCES hz.actor,
	created_at		timestamptz NOT NULL DEFAULT now(),
	state			text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'here', 'failed')),
	reason			text,			-- why it failed
	html_sha256		bytea CONSTRAINT document_html_sha256_fkey REFERENCES hz.content,
	html_size		bigint,
	pdf_sha256		bytea CONSTRAINT document_pdf_sha256_fkey REFERENCES hz.content,
	pdf_size		bigint,
	rendered_at		timestamptz,
	CONSTRAINT document_resource_key UNIQUE (resource_id, resource),
	CONSTRAINT document_number_key UNIQUE (kind, numbered_in, number),
	CONSTRAINT document_template_fkey FOREIGN KEY (kind, template_region, template_edition) REFERENCES hz.document_template,
	CONSTRAINT document_institution_id_fkey FOREIGN KEY (institution_id, district, street, institution_type)
		REFERENCES hz.institution (id, district, street, type) ON UPDATE CASCADE,
	CONSTRAINT document_order_id_fkey FOREIGN KEY (order_id, district) REFERENCES hz.rectification_order (id, district) ON UPDATE CASCADE,
	CONSTRAINT document_inspection_id_fkey FOREIGN KEY (inspection_id, district)
		REFERENCES hz.inspection (id, district) ON UPDATE CASCADE,
	CHECK ((state = 'here') = (num_nonnulls(html_sha256, html_size, pdf_sha256, pdf_size, rendered_at) = 5)),
	CHECK (state = 'here' OR num_nonnulls(html_sha256, html_size, pdf_sha256, pdf_size, rendered_at) = 0)
);
CREATE INDEX document_district_issued ON hz.document (district, issued_at DESC, id DESC);
CREATE INDEX document_institution ON hz.document (institution_id, issued_at DESC, id DESC);
CREATE INDEX document_order ON hz.document (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX document_inspection ON hz.document (inspection_id) WHERE inspection_id IS NOT NULL;
CREATE INDEX document_html ON hz.document (html_sha256) WHERE html_sha256 IS NOT NULL;
CREATE INDEX document_pdf ON hz.document (pdf_sha256) WHERE pdf_sha256 IS NOT NULL;
ALTER TABLE hz.document ENABLE ROW LEVEL SECURITY;

-- Content is not only what was uploaded any more; what may be uploaded is kept by hz.attachment's own reference.
ALTER TABLE hz.content DROP CONSTRAINT content_type_fkey;

-- hz-media makes documents, too. Nothing is given to a task of that kind but its document; pictures go first.
ALTER TABLE hz.media_task
	ADD COLUMN document_id uuid CONSTRAINT media_task_document_id_fkey REFERENCES hz.document,
	ALTER COLUMN sha256 DROP NOT NULL,
	DROP CONSTRAINT media_task_kind_check,
	ADD CONSTRAINT media_task_kind_check CHECK (kind IN ('thumbnail', 'strip', 'document')),
	ADD CONSTRAINT media_task_subject_check CHECK ((kind = 'document') = (document_id IS NOT NULL) AND (kind = 'document') = (sha256 IS NULL));
CREATE UNIQUE INDEX media_task_document_key ON hz.media_task (document_id) WHERE kind = 'document';
DROP INDEX hz.media_task_due;
CREATE INDEX media_task_due ON hz.media_task ((kind = 'document'), due_at) WHERE state = 'waiting';
COMMIT;
