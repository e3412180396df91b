BEGIN;
-- Segregation of duties: who has given one of `excluded_by` on a thing may not give `command` on it.
CREATE TABLE hz.segregation (
	resource	text NOT NULL,
	command		text NOT NULL,
	excluded_by	text[] NOT NULL CHECK (cardinality(excluded_by) > 0),
	legal_basis	text,			-- NULL: the office's own
	basis_read	boolean NOT NULL DEFAULT false,
	PRIMARY KEY (resource, command)
);

-- What an institution found, corrected and accepted by itself, and what the section says of it. NULL: not such a one.
ALTER TABLE hz.finding ADD COLUMN spot_check text CHECK (spot_check IN ('none', 'confirmed', 'rejected'));
ALTER TABLE hz.finding DISABLE TRIGGER USER;	-- nothing happens to them by this
UPDATE hz.finding f SET spot_check = 'none'
 WHERE state = 'closed' AND EXISTS (SELECT FROM hz.finding_act a WHERE a.finding_id = f.id AND a.command = 'self-acceptances' AND a.to_state = 'closed');
ALTER TABLE hz.finding ENABLE TRIGGER USER;
CREATE INDEX finding_district_spot_check ON hz.finding (district, spot_check, found_at DESC, id DESC) WHERE spot_check IS NOT NULL;
COMMIT;
