BEGIN;
DROP TABLE hz.audit_log, hz.report_reward, hz.identity_request, hz.report_clock, hz.report_assignment, hz.report_finding, hz.report_file,
	hz.report_message, hz.report_act, hz.report, hz.report_rule, hz.report_reason, hz.custodian_key;
ALTER TABLE hz.time_limit DROP kinds;
ALTER TABLE hz.idempotency ALTER created_at SET DEFAULT now();
COMMIT;
