BEGIN;
-- Under row-level security a condition bounds an index scan only when nothing in it could leak a row, and PostgreSQL does not
-- trust COALESCE(). The days that lists are sorted by become columns of their own.
ALTER TABLE hz.finding ADD COLUMN due_key date NOT NULL GENERATED ALWAYS AS (COALESCE(due_on, 'infinity'::date)) STORED;
DROP INDEX hz.finding_district_deadline;
CREATE INDEX finding_district_deadline ON hz.finding (district, due_key, id);
-- severity comes as a parameter, for which a partial index is never chosen
DROP INDEX hz.finding_district_major;
CREATE INDEX finding_district_severity_found ON hz.finding (district, severity, found_at DESC, id DESC);
CREATE INDEX finding_street_found ON hz.finding (street, found_at DESC, id DESC);

ALTER TABLE hz.inspection ADD COLUMN planned_key date NOT NULL GENERATED ALWAYS AS (COALESCE(planned_on, '-infinity'::date)) STORED;
DROP INDEX hz.inspection_district_planned;
CREATE INDEX inspection_district_planned ON hz.inspection (district, planned_key DESC, id DESC);
COMMIT;
