-- State machines are rows of hz.transition; these functions are the only readers of it.

-- Where a command leads from p_state for p_role, or NULL when it may not be given there. p_role NULL: whoever may.
CREATE FUNCTION api.transition_find(p_resource text, p_command text, p_outcome text, p_state text, p_role text,
	p_severity text DEFAULT NULL, p_self_found boolean DEFAULT NULL, p_due boolean DEFAULT NULL, p_kind text DEFAULT NULL)
RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT t.to_state
	  FROM hz.transition t
	 WHERE t.resource = p_resource AND t.command = p_command AND t.outcome = p_outcome AND t.from_state = p_state
	   AND (p_role IS NULL OR p_role = ANY (t.roles))
	   AND (t.severity IS NULL OR t.severity = p_severity)
	   AND (t.self_found IS NULL OR t.self_found = p_self_found)
	   AND (NOT t.when_due OR p_due)
	   AND (t.kinds IS NULL OR p_kind = ANY (t.kinds))
	 LIMIT 1
$$;

-- The commands p_role may give now, by name: one row. In FROM it becomes part of the statement around it.
CREATE FUNCTION api.transition_commands(p_resource text, p_state text, p_role text,
	p_severity text DEFAULT NULL, p_self_found boolean DEFAULT NULL, p_due boolean DEFAULT NULL, p_kind text DEFAULT NULL)
RETURNS TABLE (allowed text[])
LANGUAGE sql STABLE AS $$
	SELECT coalesce(array_agg(DISTINCT t.command ORDER BY t.command), '{}')
	  FROM hz.transition t
	 WHERE t.resource = p_resource AND t.from_state = p_state AND t.command <> 'create'
	   AND p_role = ANY (t.roles)
	   AND (t.severity IS NULL OR t.severity = p_severity)
	   AND (t.self_found IS NULL OR t.self_found = p_self_found)
	   AND (NOT t.when_due OR p_due)
	   AND (t.kinds IS NULL OR p_kind = ANY (t.kinds))
$$;

-- The same as a value, for PL/pgSQL.
CREATE FUNCTION api.transition_allowed(p_resource text, p_state text, p_role text,
	p_severity text DEFAULT NULL, p_self_found boolean DEFAULT NULL, p_due boolean DEFAULT NULL, p_kind text DEFAULT NULL)
RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT allowed FROM api.transition_commands(p_resource, p_state, p_role, p_severity, p_self_found, p_due, p_kind));
END $$;

-- 409: not from this state.
CREATE FUNCTION api.refuse_state(p_state text, p_allowed text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM api.refuse('HZ409', jsonb_build_object('code', 'invalid_state', 'state', p_state, 'allowed', to_jsonb(p_allowed)));
END $$;

-- Tells the event trigger what the next change of row p_id means; it is forgotten once that event is written.
-- p_payload: what the act recorded beside the row itself.
CREATE FUNCTION api.act_begin(p_id uuid, p_what text, p_occurred_at timestamptz, p_reason text, p_payload jsonb DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE AS $$
	SELECT set_config('app.act', jsonb_build_object('id', p_id, 'what', p_what, 'occurred_at', p_occurred_at,
		'reason', p_reason, 'payload', p_payload)::text, true)
$$;
