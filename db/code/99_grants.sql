-- Rights of the programs: the API reads, adds and changes, never deletes; events and code tables it only reads. The job
-- gives positions and lets old answers go.
REVOKE ALL ON ALL TABLES IN SCHEMA hz FROM PUBLIC, hz_api, hz_jobs;

GRANT SELECT ON ALL TABLES IN SCHEMA hz TO hz_api;
REVOKE SELECT ON hz.api_key, hz.event FROM hz_api;
-- never the hash of a key, never what proves an event
GRANT SELECT (id, actor_id, name, role, districts, types, streets, institutions, expires_at, revoked_at, revoked_by, revoke_note,
	version, created_at, created_by, updated_at) ON hz.api_key TO hz_api;
GRANT SELECT (id, position, occurred_at, recorded_at, actor_id, district, institution_id, institution_type, street, category,
	resource, resource_id, what, from_state, to_state, reason, payload) ON hz.event TO hz_api;
GRANT INSERT ON hz.actor, hz.api_key, hz.org_unit, hz.institution, hz.inspection, hz.inspection_inspector, hz.inspection_act,
	hz.inspection_answer, hz.finding, hz.finding_act, hz.rectification_order, hz.rectification_order_item, hz.order_service,
	hz.deadline, hz.idempotency TO hz_api;
GRANT UPDATE ON hz.org_unit, hz.institution, hz.inspection, hz.inspection_inspector, hz.inspection_answer, hz.finding,
	hz.rectification_order, hz.deadline, hz.idempotency TO hz_api;
GRANT UPDATE (detail) ON hz.finding_act TO hz_api;
-- the inspectors of a visit still planned are replaced whole; the event keeps who was named
GRANT DELETE ON hz.inspection_inspector TO hz_api;
GRANT UPDATE (revoked_at, revoked_by, revoke_note, version, updated_at) ON hz.api_key TO hz_api;

GRANT SELECT (id, xid, position), UPDATE (position) ON hz.event TO hz_jobs;
GRANT SELECT, UPDATE ON hz.event_head TO hz_jobs;
GRANT SELECT (created_at), DELETE ON hz.idempotency TO hz_jobs;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA api FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA api TO hz_api;
REVOKE EXECUTE ON FUNCTION api.event_write(), api.job_sequence_events(int), api.job_expire_answers() FROM hz_api;
GRANT EXECUTE ON FUNCTION api.job_sequence_events(int), api.job_expire_answers() TO hz_jobs;
DO $$
BEGIN
	-- keys are issued on the server by its owner only
	EXECUTE (SELECT coalesce(string_agg(format('REVOKE EXECUTE ON FUNCTION %s FROM hz_api', oid::regprocedure), '; '), 'SELECT')
		   FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND proname IN ('issue_key', 'key_text'));
END $$;
