BEGIN;
-- hz-media makes thumbnails and takes metadata out; it has a login of its own.
DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hz_media') THEN
		CREATE ROLE hz_media NOLOGIN;
	END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
	NULL;	-- two databases of one cluster are being set up at once
END $$;
GRANT USAGE ON SCHEMA hz TO hz_media;

-- What may be kept, by what it is (never by its name).
CREATE TABLE hz.attachment_type (
	type		text PRIMARY KEY,		-- the media type, as libmagic tells it
	name_zh		text NOT NULL,
	name_en		text NOT NULL,
	extensions	text[] NOT NULL CHECK (cardinality(extensions) > 0),	-- lower case, without dot; the first is the usual one
	max_bytes	bigint NOT NULL CHECK (max_bytes > 0),
	image		boolean NOT NULL DEFAULT false,
	video		boolean NOT NULL DEFAULT false,
	audio		boolean NOT NULL DEFAULT false,
	strippable	boolean NOT NULL DEFAULT false	-- its metadata can be taken out
);

-- Numbers of the keeping of files; legal_basis NULL: office default.
CREATE TABLE hz.attachment_rule (
	key		text PRIMARY KEY,
	value		bigint NOT NULL CHECK (value >= 0),
	title		text NOT NULL,
	legal_basis	text,
	basis_read	boolean NOT NULL DEFAULT false
);

-- How much one district may keep, in bytes of distinct content; the row without a district is for all that have none.
CREATE TABLE hz.attachment_quota (
	district	text UNIQUE NULLS NOT DISTINCT CONSTRAINT attachment_quota_district_fkey REFERENCES hz.region,
	max_bytes	bigint NOT NULL CHECK (max_bytes >= 0),
	legal_basis	text,
	basis_read	boolean NOT NULL DEFAULT false
);

-- One row for one sequence of bytes, whoever brought it; the file is blobs/ab/cd/<sha256>.
CREATE TABLE hz.content (
	sha256		bytea PRIMARY KEY CHECK (length(sha256) = 32),
	size		bigint NOT NULL CHECK (size > 0),
	type		text NOT NULL CONSTRAINT content_type_fkey REFERENCES hz.attachment_type,
	created_at	timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX content_created ON hz.content (created_at);
ALTER TABLE hz.content ENABLE ROW LEVEL SECURITY;

-- Something brought by someone. Unlinked it expires; linked to a record it stays.
CREATE TABLE hz.attachment (
	id		uuid PRIMARY KEY,
	district	text NOT NULL CONSTRAINT attachment_district_fkey REFERENCES hz.region,	-- whose quota it counts against
	sha256		bytea CONSTRAINT attachment_sha256_fkey REFERENCES hz.content,	-- NULL: refused, its bytes are gone
	filename	text NOT NULL CHECK (filename <> '' AND length(filename) <= 255),
	size		bigint NOT NULL CHECK (size > 0),
	type		text NOT NULL CONSTRAINT attachment_type_fkey REFERENCES hz.attachment_type,
	source		text NOT NULL DEFAULT 'upload' CHECK (source IN ('upload')),
	protected	boolean NOT NULL DEFAULT false,		-- whoever made it must not be told by its metadata
	state		text NOT NULL DEFAULT 'here' CHECK (state IN ('here', 'cleaning', 'refused')),
	reason		text,				-- why a refused one could not be cleaned
	created_at	timestamptz NOT NULL DEFAULT now(),
	created_by	uuid NOT NULL CONSTRAINT attachment_created_by_fkey REFERENCES hz.actor,
	expires_at	timestamptz,				-- NULL once linked
	linked_at	timestamptz,
	CHECK ((linked_at IS NULL) <> (expires_at IS NULL)),
	CHECK (state = 'here' OR protected),
	CHECK (sha256 IS NOT NULL OR state = 'refused')
);
CREATE INDEX attachment_content ON hz.attachment (sha256, district);
CREATE INDEX attachment_expiry ON hz.attachment (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX attachment_created_by ON hz.attachment (created_by, created_at);
ALTER TABLE hz.attachment ENABLE ROW LEVEL SECURITY;

-- How much a district keeps, in bytes of distinct content.
CREATE TABLE hz.attachment_usage (
	district	text PRIMARY KEY,
	bytes		bigint NOT NULL CHECK (bytes >= 0)
);
ALTER TABLE hz.attachment_usage ENABLE ROW LEVEL SECURITY;

-- Evidence of a record. Named by the hash of a file still to come it is awaited (attachment_id NULL) until its maker uploads
-- that file. What a reader needs is copied here when the file is there: an attachment in use does not change any more.
CREATE TABLE hz.attachment_link (
	id		uuid PRIMARY KEY,
	district	text NOT NULL,
	attachment_id	uuid CONSTRAINT attachment_link_attachment_id_fkey REFERENCES hz.attachment,
	sha256		bytea CHECK (length(sha256) = 32),
	state		text NOT NULL CHECK (state IN ('awaited', 'here', 'cleaning', 'refused')),
	filename	text,
	size		bigint,
	type		text,
	role		text CHECK (role IN ('before', 'after', 'reinspection', 'signature', 'voice', 'document')),
	resource	text NOT NULL CHECK (resource IN ('finding', 'finding_act', 'inspection', 'inspection_act', 'inspection_answer')),
	resource_id	uuid NOT NULL,			-- of an answer: its checklist item
	finding_id	uuid,
	inspection_id	uuid,
	institution_id	uuid NOT NULL,
	note		text,				-- of a voice note: what it says
	created_by	uuid NOT NULL CONSTRAINT attachment_link_created_by_fkey REFERENCES hz.actor,
	created_at	timestamptz NOT NULL DEFAULT now(),
	arrived_at	timestamptz,
	CHECK ((attachment_id IS NULL) = (state = 'awaited')),
	CHECK (sha256 IS NOT NULL OR state = 'refused'),
	CHECK ((attachment_id IS NULL) = (arrived_at IS NULL)),
	CHECK (role <> 'voice' OR note IS NOT NULL),
	-- seen with one thing: with its finding, or else with its visit
	CHECK (num_nonnulls(finding_id, inspection_id) = 1),
	CONSTRAINT attachment_link_finding_id_fkey FOREIGN KEY (finding_id, district) REFERENCES hz.finding (id, district) ON UPDATE CASCADE,
	CONSTRAINT attachment_link_inspection_id_fkey FOREIGN KEY (inspection_id, district)
		REFERENCES hz.inspection (id, district) ON UPDATE CASCADE
);
CREATE INDEX attachment_link_resource ON hz.attachment_link (resource_id, resource, created_at);
CREATE INDEX attachment_link_finding ON hz.attachment_link (finding_id) WHERE finding_id IS NOT NULL;
CREATE INDEX attachment_link_inspection ON hz.attachment_link (inspection_id) WHERE inspection_id IS NOT NULL;
CREATE INDEX attachment_link_attachment ON hz.attachment_link (attachment_id) WHERE attachment_id IS NOT NULL;
CREATE INDEX attachment_link_awaited ON hz.attachment_link (created_by, sha256) WHERE attachment_id IS NULL;
ALTER TABLE hz.attachment_link ENABLE ROW LEVEL SECURITY;

-- How many pieces of evidence a finding has itself and by its acts, and how many of them are still to come: lists tell it.
ALTER TABLE hz.finding
	ADD COLUMN attachment_count int NOT NULL DEFAULT 0,
	ADD COLUMN awaited_count int NOT NULL DEFAULT 0;
CREATE INDEX finding_district_awaited ON hz.finding (district, found_at DESC, id DESC) WHERE awaited_count > 0;

-- An upload that may be continued (tus); the file is incoming/<id> until it is whole.
CREATE TABLE hz.upload (
	id		uuid PRIMARY KEY,
	district	text NOT NULL CONSTRAINT upload_district_fkey REFERENCES hz.region,
	actor_id	uuid NOT NULL CONSTRAINT upload_actor_id_fkey REFERENCES hz.actor,
	length		bigint NOT NULL CHECK (length > 0),
	filename	text NOT NULL CHECK (filename <> '' AND length(filename) <= 255),
	type		text,				-- what the client says it is
	protected	boolean NOT NULL DEFAULT false,
	created_at	timestamptz NOT NULL DEFAULT now(),
	expires_at	timestamptz NOT NULL,
	-- the upload outlives an attachment that nobody linked
	attachment_id	uuid CONSTRAINT upload_attachment_id_fkey REFERENCES hz.attachment ON DELETE SET NULL,
	finished_at	timestamptz
);
CREATE INDEX upload_expiry ON hz.upload (expires_at);
CREATE INDEX upload_unfinished ON hz.upload (district, expires_at) WHERE finished_at IS NULL;
CREATE INDEX upload_attachment ON hz.upload (attachment_id) WHERE attachment_id IS NOT NULL;
ALTER TABLE hz.upload ENABLE ROW LEVEL SECURITY;

-- What hz-media has to do. A task is lent for a time (due_at), so that one that dies with its worker comes up again.
CREATE TABLE hz.media_task (
	id		bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind		text NOT NULL CHECK (kind IN ('thumbnail', 'strip')),
	sha256		bytea NOT NULL CONSTRAINT media_task_sha256_fkey REFERENCES hz.content ON DELETE CASCADE,
	attachment_id	uuid CONSTRAINT media_task_attachment_id_fkey REFERENCES hz.attachment ON DELETE CASCADE,
	type		text NOT NULL,
	state		text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
	tries		int NOT NULL DEFAULT 0,
	due_at		timestamptz NOT NULL DEFAULT now(),
	reason		text,				-- why the last try failed
	created_at	timestamptz NOT NULL DEFAULT now(),
	ended_at	timestamptz,
	CHECK ((kind = 'strip') = (attachment_id IS NOT NULL))
);
CREATE UNIQUE INDEX media_task_thumbnail_key ON hz.media_task (sha256) WHERE kind = 'thumbnail';
CREATE UNIQUE INDEX media_task_strip_key ON hz.media_task (attachment_id) WHERE kind = 'strip';
CREATE INDEX media_task_sha256 ON hz.media_task (sha256);
CREATE INDEX media_task_due ON hz.media_task (due_at) WHERE state = 'waiting';
ALTER TABLE hz.media_task ENABLE ROW LEVEL SECURITY;
COMMIT;
