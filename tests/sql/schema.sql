-- What holds of every table, so that a new one cannot forget it.
BEGIN;
SELECT no_plan();

-- Code tables and the counter are read by everyone; all else is behind row policies.
CREATE TEMPORARY VIEW hz_table AS
SELECT c.oid, c.relname AS name, c.relrowsecurity AS secured
  FROM pg_class c WHERE c.relnamespace = 'hz'::regnamespace AND c.relkind = 'r';
SELECT is(ARRAY(SELECT name::text FROM hz_table WHERE NOT secured ORDER BY name),
	'{attachment_quota,attachment_rule,attachment_type,calendar_date,calendar_day,calendar_notice,category,checklist,checklist_item,deadline_rule,document_kind,document_style,document_template,event_head,hazard_clause,hazard_standard,institution_subtype,institution_type,ownership,penalty_kind,receiving_body,region,report_reason,report_retention,report_rule,report_text,reward_rule,segregation,time_limit,transition}',
	'only code tables and counters are without row-level security');
SELECT is(ARRAY(SELECT name::text FROM hz_table t WHERE secured AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid) ORDER BY name), '{attachment_usage,content,custodian_key,document_number,media_task}',
	'every secured table has a policy, but those that only the owner reads');
SELECT is(ARRAY(SELECT name::text FROM hz_table t WHERE secured AND name NOT IN ('idempotency', 'api_key', 'content', 'media_task') AND NOT EXISTS (
	SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'district' AND a.attnotnull)), '{}', 'every tenant table has its district');
SELECT is(ARRAY(SELECT name::text FROM hz_table t WHERE EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'street' AND NOT a.attisdropped)
	AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'institution_type' AND NOT a.attisdropped)
	AND name <> 'event' AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.confrelid = 'hz.institution'::regclass
		AND cardinality(k.conkey) = 4 AND k.confupdtype = 'c')), '{}', 'what hangs on an institution follows it by cascade');

SELECT is(ARRAY(SELECT name::text FROM hz_table t WHERE secured AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname IN ('finding_id', 'category') AND NOT a.attisdropped)
	AND NOT EXISTS (SELECT FROM pg_policies p WHERE p.schemaname = 'hz' AND p.tablename = t.name AND (p.qual LIKE '%app.hidden%' OR p.qual LIKE '%FROM hz.finding %'))), '{}',
	'what belongs to a finding, or has a category, is read with it: sensitive ones are kept from streets, connected systems and files');

SELECT is(ARRAY(SELECT name::text FROM hz_table WHERE has_table_privilege('hz_api', oid, 'DELETE, TRUNCATE, REFERENCES, TRIGGER')), '{inspection_inspector}',
	'the API deletes nothing but a name from a planned visit');
SELECT is(ARRAY(SELECT name::text FROM hz_table WHERE has_table_privilege('hz_api', oid, 'INSERT') AND NOT secured), '{}',
	'the API writes to no code table');
SELECT ok(NOT has_any_column_privilege('hz_api', 'hz.event', 'INSERT, UPDATE'), 'the API writes no event');
SELECT ok(NOT has_column_privilege('hz_api', 'hz.api_key', 'key_hash', 'SELECT'), 'the API reads no hash of a key from the table');
SELECT ok(NOT has_column_privilege('hz_api', 'hz.event', 'digest', 'SELECT') AND NOT has_column_privilege('hz_api', 'hz.event', 'salt', 'SELECT'),
	'nor what proves an event');
SELECT is(ARRAY(SELECT name::text FROM hz_table WHERE has_any_column_privilege('hz_jobs', oid, 'INSERT, UPDATE') OR has_table_privilege('hz_jobs', oid, 'DELETE') ORDER BY 1),
	'{event,event_head,idempotency}', 'the job touches three tables');

SELECT is(ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = 'hz.report'::regclass AND a.attnum > 0
	AND NOT has_column_privilege('hz_api', a.attrelid, a.attnum, 'SELECT') ORDER BY 1), '{custodian_key_id,identity_box,pseudonym,read_upto,receipt_hash}',
	'no receipt of a report, no identity, no pseudonym');
SELECT ok(NOT has_column_privilege('hz_api', 'hz.report_reward', 'code_hash', 'SELECT'), 'nor the code of a reward');
SELECT ok(NOT has_any_column_privilege('hz_api', 'hz.audit_log', 'INSERT, UPDATE'), 'nor does the API write the audit log but by its function');

SELECT is(ARRAY(SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'api'::regnamespace
	AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0))), '{}', 'no function is for everyone');
SELECT is(ARRAY(SELECT proname::text FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND prosecdef
	AND NOT coalesce(proconfig, '{}') @> '{"search_path=pg_catalog, pg_temp"}'), '{}', 'what runs as the owner fixes its search path');
SELECT is(ARRAY(SELECT proname::text FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND NOT has_function_privilege('hz_api', oid, 'EXECUTE') ORDER BY 1),
	'{actor_houses,attachment_arrive,attachment_count,attachment_linked,calendar_fill,calendar_load,clock_move,content_drop,content_keep,custodian_key_set,deadline_moves,deadline_recompute,document_image_arrived,document_retry,document_style_put,document_template_put,event_write,issue_key,job_content_drop,job_content_known,job_contents,job_erase_reports,job_escalate_reports,job_expire_answers,job_expire_attachments,job_expire_uploads,job_judge_reports,job_leftover_seconds,job_sequence_events,job_upload_state,key_text,media_cleaned,media_document_done,media_done,media_failed,media_forget,media_give_up,media_inputs,media_take,media_thumbnail,recompute_actor,report_change_places,report_clear_of,report_concerns,report_conflicts,report_default_district,report_depth,report_erase,report_erase_on,report_erase_rest,report_faults,report_files_erase,report_find_readers,report_has,report_has_reader,report_inherit,report_insert,report_judge_account,report_kept_by,report_key,report_months,report_pass_on,report_place,report_readers_changed,report_root,report_staff_faults,report_statistics_coarse,report_statistics_districts,report_statistics_faults,report_statistics_groups,report_statistics_hide,report_statistics_map,report_statistics_one,report_statistics_outcome,report_statistics_period,report_statistics_pool,report_statistics_two,report_statistics_value,report_statistics_values,report_take_over,reporter_allowed,reporter_due,reporter_file_insert,reporter_file_room,reporter_finding,reporter_findings,reporter_json,reporter_lock,reporter_message_json,reporter_messages_count,reporter_next,reporter_reason,reporter_report,reporter_reward,reporter_reward_row,reporter_state,reporter_step,reporter_summary,reports_due,reports_erase,standard_head,standard_load}',
	'the owner, the job and hz-media keep these to themselves');
SELECT is(ARRAY(SELECT proname::text FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND has_function_privilege('hz_media', oid, 'EXECUTE') ORDER BY 1),
	'{media_document_done,media_done,media_failed,media_inputs,media_take}', 'hz-media takes tasks and gives them back');
SELECT is(ARRAY(SELECT name::text FROM hz_table WHERE has_any_column_privilege('hz_media', oid, 'SELECT, INSERT, UPDATE') OR has_table_privilege('hz_media', oid, 'DELETE')),
	'{}', 'and reads no table');

-- Every resource that is shown as an event has its trigger.
SELECT is(ARRAY(SELECT name::text FROM hz_table t WHERE EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid AND g.tgname = 'event') ORDER BY 1),
	'{actor,api_key,campaign,clock,document,enforcement_measure,finding,inspection,institution,order_service,org_unit,rectification_order,referral,time_limit}', 'changes of these are events');

SELECT finish();
ROLLBACK;
