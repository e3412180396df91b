BEGIN;
SELECT edition, fine_percent, employee_basis_read FROM hz.reward_rule WHERE false;
SELECT state, code_hash, collect_by, calculated FROM hz.report_reward WHERE false;
SELECT state, result, months FROM hz.report_retention WHERE false;
SELECT 1 / count(*) FROM pg_class WHERE oid = 'hz.report_ended'::regclass;
ROLLBACK;
