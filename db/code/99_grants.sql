-- Rights of the programs: the API reads, adds and changes, never deletes; events and code tables it only reads. The job
-- gives positions and lets old answers go.
REVOKE ALL ON ALL TABLES IN SCHEMA hz FROM PUBLIC, hz_api, hz_jobs, hz_media;

GRANT SELECT ON ALL TABLES IN SCHEMA hz TO hz_api;
-- which bytes there are, how much others keep and what is done with it goes by functions of the owner
REVOKE SELECT ON hz.api_key, hz.event, hz.content, hz.attachment_usage, hz.media_task, hz.report, hz.report_reward, hz.custodian_key FROM hz_api;
-- never the hash of a key, never what proves an event
GRANT SELECT (id, actor_id, name, role, districts, types, streets, institutions, expires_at, revoked_at, revoked_by, revoke_note,
	version, created_at, created_by, updated_at) ON hz.api_key TO hz_api;
GRANT SELECT (id, position, occurred_at, recorded_at, actor_id, district, institution_id, institution_type, street, category,
	resource, resource_id, what, from_state, to_state, reason, payload) ON hz.event TO hz_api;
-- never the receipt of a report, its sealed identity, its name in the audit log
GRANT SELECT (id, district, institution_id, institution_type, street, institution_name, mode, audience, subject_kind, category, description,
	happened_at, channel, external_number, state, state_before, paused_at, signed_at, result, named_persons, named_names, named_actors,
	leader_sees, handler_id, merged_into, taken_by, hold_reason, received_at, ended_at, version, updated_at),
	UPDATE (institution_id, institution_type, street, category, audience, state, state_before, paused_at, signed_at, result, handler_id,
	merged_into, hold_reason, ended_at, version, updated_at) ON hz.report TO hz_api;
-- nor the code of a reward
GRANT SELECT (id, report_id, district, n, rule_edition, fine, employee, calculated, amount, explanation, granted_by, granted_at, reason, collect_by, state,
	collected_at, paid_by), INSERT, UPDATE (state) ON hz.report_reward TO hz_api;
GRANT INSERT ON hz.report_act, hz.report_message, hz.report_finding, hz.report_assignment, hz.report_clock, hz.identity_request TO hz_api;
GRANT UPDATE (due_on, counted_from, pauses, paused_days, explanation, ended_on, ended_by) ON hz.report_clock TO hz_api;
GRANT INSERT ON hz.actor, hz.api_key, hz.org_unit, hz.institution, hz.inspection, hz.inspection_inspector, hz.inspection_act,
	hz.inspection_answer, hz.finding, hz.finding_act, hz.rectification_order, hz.rectification_order_item, hz.order_service,
	hz.deadline, hz.clock, hz.extension, hz.campaign, hz.referral, hz.referral_reply, hz.enforcement_measure, hz.penalty_step,
	hz.idempotency, hz.bundle_item, hz.attachment_link, hz.upload, hz.document TO hz_api;
GRANT UPDATE ON hz.org_unit, hz.institution, hz.inspection, hz.inspection_inspector, hz.inspection_answer, hz.finding,
	hz.rectification_order, hz.deadline, hz.extension, hz.campaign, hz.referral, hz.enforcement_measure, hz.idempotency TO hz_api;
GRANT UPDATE (detail) ON hz.finding_act TO hz_api;
GRANT UPDATE (ended_at, ended_by) ON hz.clock TO hz_api;
GRANT UPDATE (attachment_id, expires_at, finished_at) ON hz.upload TO hz_api;
-- the inspectors of a visit still planned are replaced whole; the event keeps who was named
GRANT DELETE ON hz.inspection_inspector TO hz_api;
GRANT UPDATE (revoked_at, revoked_by, revoke_note, version, updated_at) ON hz.api_key TO hz_api;

GRANT SELECT (id, xid, position), UPDATE (position) ON hz.event TO hz_jobs;
GRANT SELECT, UPDATE ON hz.event_head TO hz_jobs;
GRANT SELECT (created_at), DELETE ON hz.idempotency TO hz_jobs;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA api FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA api TO hz_api;
REVOKE EXECUTE ON FUNCTION api.event_write(), api.attachment_linked(), api.attachment_count(), api.attachment_arrive(hz.attachment),
	api.content_keep(bytea, bigint, text), api.media_cleaned(hz.media_task, bytea, bigint), api.media_give_up(hz.media_task, text),
	api.media_thumbnail(bytea, text), api.content_drop(bytea), api.document_image_arrived(), api.document_retry(uuid),
	api.document_style_put(text, text, text, text),
	api.document_template_put(text, text, text, date, text, text, text, jsonb, text, boolean),
	api.media_forget(bigint), api.report_insert(jsonb, bytea, hz.institution),
	api.report_conflicts(text, text[], text, uuid, text), api.report_has(text, text, uuid, text, text, text[], uuid[]), api.report_concerns(uuid), api.report_has_reader(hz.report, text[], uuid[]),
	api.report_judge_account(uuid, boolean), api.report_find_readers(text[]), api.report_readers_changed(), api.report_depth(uuid), api.report_root(hz.report), api.report_pass_on(hz.report, hz.report), api.report_take_over(hz.report, hz.report, timestamptz), api.report_change_places(uuid, uuid),
	api.report_inherit(uuid, uuid[], text[]), api.actor_houses(uuid), api.report_clear_of(uuid, uuid, text[], uuid[]), api.report_place(jsonb), api.report_key(jsonb),
	api.report_faults(jsonb), api.report_staff_faults(jsonb), api.report_default_district(), api.report_files_erase(uuid),
	api.report_months(hz.report), api.report_erase_on(hz.report), api.report_kept_by(hz.report), api.reports_due(text), api.report_erase_rest(uuid), api.report_erase(uuid),
	api.reports_erase(int, text) FROM hz_api;
GRANT USAGE ON SCHEMA api TO hz_media;
DO $$
BEGIN
	-- the job's and hz-media's functions are theirs alone
	EXECUTE (SELECT string_agg(format('REVOKE EXECUTE ON FUNCTION %1$s FROM hz_api; GRANT EXECUTE ON FUNCTION %1$s TO %2$s',
			oid::regprocedure, CASE WHEN proname LIKE 'job%' THEN 'hz_jobs' ELSE 'hz_media' END), '; ')
		   FROM pg_proc WHERE pronamespace = 'api'::regnamespace
		    AND (proname LIKE 'job\_%' OR proname IN ('media_take', 'media_done', 'media_failed', 'media_inputs', 'media_document_done')));
	-- of what runs as the owner for reporters, the API calls what asks for the hash of a receipt
	EXECUTE (SELECT string_agg(format('REVOKE EXECUTE ON FUNCTION %s FROM hz_api', oid::regprocedure), '; ')
		   FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND proname LIKE 'reporter\_%'
		    AND (proargtypes[0] <> 'bytea'::regtype OR proname IN ('reporter_report', 'reporter_lock')));
	-- numbers that have not been hidden yet
	EXECUTE (SELECT string_agg(format('REVOKE EXECUTE ON FUNCTION %s FROM hz_api', oid::regprocedure), '; ')
		   FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND proname LIKE 'report\_statistics\_%');
	-- keys are issued, notices loaded and deadlines counted again on the server by its owner only
	EXECUTE (SELECT coalesce(string_agg(format('REVOKE EXECUTE ON FUNCTION %s FROM hz_api', oid::regprocedure), '; '), 'SELECT')
		   FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND proname IN ('issue_key', 'key_text', 'calendar_fill', 'calendar_load', 'standard_head', 'standard_load',
			'deadline_moves', 'deadline_recompute', 'recompute_actor', 'clock_move', 'custodian_key_set'));
END $$;
