BEGIN;
-- What the worklist is asked by, each in the order of the days: without these a filter that few or no findings meet reads all that
-- are open in the district.
CREATE INDEX finding_due_institution ON hz.finding (institution_id, due_on, id) WHERE is_open AND due_on IS NOT NULL;
CREATE INDEX finding_due_street ON hz.finding (street, due_on, id) WHERE is_open AND due_on IS NOT NULL;
CREATE INDEX finding_due_type ON hz.finding (district, institution_type, due_on, id) WHERE is_open AND due_on IS NOT NULL;
CREATE INDEX finding_due_category ON hz.finding (district, category, due_on, id) WHERE is_open AND due_on IS NOT NULL;
CREATE INDEX finding_due_severity ON hz.finding (district, severity, due_on, id) WHERE is_open AND due_on IS NOT NULL;
CREATE INDEX finding_due_responsible ON hz.finding (district, responsible_name, due_on, id) WHERE is_open AND due_on IS NOT NULL;
CREATE INDEX finding_due_campaign ON hz.finding (campaign_id, due_on, id) WHERE is_open AND due_on IS NOT NULL AND campaign_id IS NOT NULL;
COMMIT;
