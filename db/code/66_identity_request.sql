-- Sealed identities: a handler asks with a reason, a custodian grants or refuses, the box is handed out once. It is opened off line.

-- With the fingerprint of the key to bring; NULL once there is nothing to open.
CREATE FUNCTION api.identity_request_json(q hz.identity_request) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', q.id, 'report_id', q.report_id, 'district', q.district, 'state', q.state, 'reason', q.reason,
		'requested_by', q.requested_by, 'requested_by_name', (SELECT name FROM hz.actor WHERE id = q.requested_by),
		'requested_at', api.ts(q.requested_at), 'decided_by', q.decided_by,
		'decided_by_name', (SELECT name FROM hz.actor WHERE id = q.decided_by), 'decided_at', api.ts(q.decided_at),
		'decision_reason', q.decision_reason, 'fingerprint', api.key_fingerprint((api.report_custodian(q.report_id)).public_key))
$$;

CREATE FUNCTION api.identity_request_create(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	r CONSTANT api.report_shown := api.report_lock(p_id);
	v_custodian CONSTANT text := (api.report_custodian(p_id)).district;
	a hz.report_act;
	q hz.identity_request;
BEGIN
	PERFORM api.report_check(r, 'identity-requests', '');
	IF v_custodian IS NULL THEN
		PERFORM api.refuse('HZ422', '{"code": "no_identity"}');
	ELSIF EXISTS (SELECT FROM hz.identity_request WHERE report_id = p_id AND state = 'pending') THEN
		PERFORM api.refuse('HZ409', '{"code": "identity_request_pending"}');
	END IF;
	a := api.report_move(p_id, 'identity-requests', '', jsonb_build_object('note', p_body ->> 'reason'));
	INSERT INTO hz.identity_request (report_id, district, custodian_district, requested_by, requested_at, reason)
	VALUES (r.id, r.district, v_custodian, api.me(), a.recorded_at, p_body ->> 'reason')
	RETURNING * INTO q;
	PERFORM api.audit('identity_requested', r.id, r.district);
	RETURN ROW(201, api.identity_request_json(q), NULL, '/v1/identity-requests')::api.answer;
END $$;

-- Whoever withdraws gives no name any more: what was asked and not decided is void.
CREATE FUNCTION api.identity_requests_void(p_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE hz.identity_request SET state = 'refused', decided_at = api.hour(api.now()), decision_reason = '举报人已撤回'
	 WHERE report_id = p_id AND state = 'pending';
END $$;

-- As the owner, because a custodian sees the request but never the report; what the custodian may see is asked here. Whoever asked does not
-- decide. The box stands in the answer to a grant and nowhere afterwards: this answer is not kept for repeats.
CREATE FUNCTION api.identity_request_decide(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_decision CONSTANT text := p_body ->> 'decision';
	q hz.identity_request;
	v_box text;
	k hz.custodian_key;
BEGIN
	SELECT * INTO q FROM hz.identity_request WHERE id = p_id AND custodian_district = ANY (api.districts()) FOR UPDATE;
	IF NOT FOUND OR api.report_names_me(q.report_id) THEN
		PERFORM api.refuse_not_found();
	ELSIF api.transition_find('identity_request', 'decisions', v_decision, q.state, api.role()) IS NULL THEN
		PERFORM api.refuse_state(q.state, api.transition_allowed('identity_request', q.state, api.role()));
	ELSIF q.requested_by = api.me() THEN
		PERFORM api.refuse('HZ422', '{"code": "segregation_of_duties"}');
	END IF;
	SELECT identity_box INTO v_box FROM hz.report WHERE id = q.report_id;
	k := api.report_custodian(q.report_id);
	IF v_decision = 'granted' AND v_box IS NULL THEN
		PERFORM api.refuse('HZ422', '{"code": "no_identity"}');
	END IF;
	UPDATE hz.identity_request SET state = v_decision, decided_by = api.me(), decided_at = api.hour(api.now()), decision_reason = p_body ->> 'reason'
	 WHERE id = p_id RETURNING * INTO q;
	PERFORM api.audit('identity_' || v_decision, q.report_id, q.district);
	RETURN ROW(201, CASE WHEN v_decision = 'granted' THEN json_build_object('identity_request_id', q.id, 'state', q.state, 'reason', q.decision_reason,
			'actor_id', q.decided_by, 'recorded_at', api.ts(q.decided_at), 'identity_box', v_box,
			'custodian_key_id', k.id, 'public_key', k.public_key, 'fingerprint', api.key_fingerprint(k.public_key))
		ELSE json_build_object('identity_request_id', q.id, 'state', q.state, 'reason', q.decision_reason, 'actor_id', q.decided_by,
			'recorded_at', api.ts(q.decided_at)) END, NULL, '/v1/identity-requests')::api.answer;
END $$;
