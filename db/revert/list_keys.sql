BEGIN;
DROP INDEX hz.finding_district_deadline, hz.finding_street_found, hz.finding_district_severity_found, hz.inspection_district_planned;
ALTER TABLE hz.finding DROP COLUMN due_key;
ALTER TABLE hz.inspection DROP COLUMN planned_key;
CREATE INDEX finding_district_major ON hz.finding (district, found_at DESC, id DESC) WHERE severity = 'major';
CREATE INDEX finding_district_deadline ON hz.finding (district, (COALESCE(due_on, 'infinity'::date)), id);
CREATE INDEX inspection_district_planned ON hz.inspection (district, (COALESCE(planned_on, '-infinity'::date)) DESC, id DESC);
COMMIT;
