BEGIN;
SELECT basis_read FROM hz.hazard_clause WHERE false;
SELECT 1 / count(*) FROM pg_constraint WHERE conrelid = 'hz.finding'::regclass AND conname = 'finding_supervised_check';
ROLLBACK;
