-- A believable district (渝中区), every name marked 演示. Run by load.sh in one transaction; a second run changes nothing.
\set ON_ERROR_STOP 1
SELECT EXISTS (SELECT FROM hz.org_unit WHERE name = '渝中区民政局（演示）') AS loaded \gset
\if :loaded
	\quit
\endif
\ir 10_helpers.sql
-- the pictures of db/demo/files, as load.sh has put them into the store
CREATE TEMPORARY TABLE demo_file AS SELECT * FROM (VALUES :files) v (name, sha256, size, type);
\ir 20_places.sql
\ir 30_people.sql
\ir 40_inspections.sql
\ir 45_campaigns.sql
\ir 50_findings.sql
\ir 55_extensions.sql
\ir 56_measures.sql
\ir 60_evidence.sql
\ir 90_run.sql
ANALYZE hz.org_unit, hz.actor, hz.institution, hz.inspection, hz.inspection_act, hz.inspection_answer, hz.finding, hz.finding_act,
	hz.rectification_order, hz.rectification_order_item, hz.deadline, hz.event;
