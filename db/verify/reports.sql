BEGIN;
SELECT 1 / count(*) FROM pg_class WHERE oid = ANY (ARRAY['hz.audit_log', 'hz.report_reward', 'hz.identity_request', 'hz.report_clock', 'hz.report_assignment',
	'hz.report_finding', 'hz.report_file', 'hz.report_message', 'hz.report_act', 'hz.report', 'hz.report_rule', 'hz.report_reason', 'hz.custodian_key']::regclass[])
 HAVING count(*) = 13;
SELECT receipt_hash, identity_box, pseudonym FROM hz.report WHERE false;
ROLLBACK;
