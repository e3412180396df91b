BEGIN;
-- 专项行动: a tree (三年行动 ⊃ 百日行动 ⊃ 安全生产月). Visits belong to one, and findings to that of their visit.
CREATE TABLE hz.campaign (
	id		uuid PRIMARY KEY,
	district	text NOT NULL CONSTRAINT campaign_district_fkey REFERENCES hz.region,
	parent_id	uuid,
	name		text NOT NULL CHECK (name <> ''),
	theme		text,
	document_number	text,
	starts_on	date NOT NULL,
	ends_on		date NOT NULL,			-- its last day
	categories	text[] NOT NULL DEFAULT '{}',	-- empty: all ten
	note		text,
	version		bigint NOT NULL DEFAULT 1,
	created_at	timestamptz NOT NULL DEFAULT now(),
	created_by	uuid NOT NULL CONSTRAINT campaign_created_by_fkey REFERENCES hz.actor,
	updated_at	timestamptz NOT NULL DEFAULT now(),
	UNIQUE (id, district),
	CHECK (ends_on >= starts_on),
	CHECK (parent_id <> id),
	CONSTRAINT campaign_parent_id_fkey FOREIGN KEY (parent_id, district) REFERENCES hz.campaign (id, district)
);
CREATE INDEX campaign_district_starts ON hz.campaign (district, starts_on DESC, id DESC);
CREATE INDEX campaign_parent ON hz.campaign (parent_id) WHERE parent_id IS NOT NULL;
ALTER TABLE hz.campaign ENABLE ROW LEVEL SECURITY;

-- Without the district in the key: an institution that moves to another one takes its visits along, not the campaign.
ALTER TABLE hz.inspection ADD COLUMN campaign_id uuid CONSTRAINT inspection_campaign_id_fkey REFERENCES hz.campaign;
CREATE INDEX inspection_campaign ON hz.inspection (campaign_id, planned_key DESC, id DESC) WHERE campaign_id IS NOT NULL;
ALTER TABLE hz.finding ADD COLUMN campaign_id uuid CONSTRAINT finding_campaign_id_fkey REFERENCES hz.campaign;
CREATE INDEX finding_campaign_found ON hz.finding (campaign_id, found_at DESC, id DESC) WHERE campaign_id IS NOT NULL;
COMMIT;
