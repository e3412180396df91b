BEGIN;
SELECT id, xid, position, occurred_at, recorded_at, actor_id, district, institution_id, institution_type, street, category, resource,
       resource_id, what, from_state, to_state, reason, payload, salt, digest FROM hz.event WHERE false;
SELECT 1 / (count(*) = 1)::int FROM hz.event_head;
SELECT 1 / (relrowsecurity)::int FROM pg_class WHERE oid = 'hz.event'::regclass;
ROLLBACK;
