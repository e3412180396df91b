-- Events as the API shows them. A view of the caller's (security_invoker): the policies of hz.event stay in force. The one
-- who first reported a finding that came from elsewhere is named to those who handle reports, and to none other.
CREATE VIEW api.event_shown WITH (security_invoker = true) AS
SELECT e.id, e.position, e.occurred_at, e.recorded_at,
       CASE WHEN e.resource <> 'finding' OR e.what <> 'created' OR e.payload -> 'changed' ->> 'source_kind' <> 'other'
		OR api.role() = 'handler' OR e.actor_id = api.me() THEN e.actor_id END AS actor_id,
       e.district, e.institution_id, e.resource, e.resource_id, e.what, e.from_state, e.to_state, e.reason, e.payload
  FROM hz.event e;
GRANT SELECT ON api.event_shown TO hz_api;

-- p_actor: the actor's name.
CREATE FUNCTION api.event_json(e api.event_shown, p_actor text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'position', e.position, 'occurred_at', api.ts(e.occurred_at), 'recorded_at', api.ts(e.recorded_at),
		'actor_id', e.actor_id, 'actor_name', p_actor, 'district', e.district, 'institution_id', e.institution_id,
		'resource', e.resource, 'resource_id', e.resource_id, 'what', e.what, 'from_state', e.from_state,
		'to_state', e.to_state, 'reason', e.reason, 'detail', e.payload)
$$;
