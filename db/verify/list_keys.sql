BEGIN;
SELECT due_key FROM hz.finding WHERE false;
SELECT planned_key FROM hz.inspection WHERE false;
SELECT 1 / (to_regclass('hz.finding_street_found') IS NOT NULL)::int;
ROLLBACK;
