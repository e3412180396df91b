-- The acts on a finding. Each returns its record, with the finding's new state in it.

-- What an act of its kind records beside the step.
CREATE FUNCTION api.finding_act_members(p_command text, d jsonb) RETURNS json
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE p_command
		WHEN 'plans' THEN json_build_object('responsible_unit', d ->> 'responsible_unit', 'responsible_person', d ->> 'responsible_person',
			'measures', d ->> 'measures', 'funds', d ->> 'funds', 'funds_source', d ->> 'funds_source', 'time_limit', d ->> 'time_limit',
			'emergency_plan', d ->> 'emergency_plan')
		WHEN 'escalations' THEN json_build_object('to_body', d ->> 'to_body', 'document_number', d ->> 'document_number', 'method', d ->> 'method')
		WHEN 'closure-approvals' THEN json_build_object('order_id', d ->> 'order_id', 'deadline', d ->> 'deadline')
		WHEN 'supervisions' THEN json_build_object('reason', d ->> 'reason', 'level', d ->> 'level', 'supervising_body', d ->> 'supervising_body',
			'because', d ->> 'because')
		WHEN 'interim-measures' THEN json_build_object('measures', d ->> 'measures', 'from', d ->> 'from', 'until', d ->> 'until',
			'responsible_name', d ->> 'responsible_name')
		ELSE json_build_object('responsible_name', d ->> 'responsible_name', 'expected_on', d ->> 'expected_on', 'into', d ->> 'into',
			'inspection_id', d ->> 'inspection_id', 'order_id', d ->> 'order_id', 'deadline', d ->> 'deadline') END
$$;

-- p_actor: the actor's name.
CREATE FUNCTION api.finding_act_json(a hz.finding_act, p_actor text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT api.json_add(api.json_join(json_build_object(
		'id', a.id, 'finding_id', a.finding_id, 'act', a.command, 'result', nullif(a.outcome, ''), 'round', a.round,
		'from_state', a.from_state, 'state', a.to_state, 'actor_id', a.actor_id, 'actor_name', p_actor, 'role', a.role,
		'occurred_at', api.ts(a.occurred_at), 'recorded_at', api.ts(a.recorded_at), 'note', a.note),
		api.finding_act_members(a.command, a.detail)), 'attachments', api.attachments_json('finding_act', a.id))
$$;

-- A statement of its own, so that it sees what the move in its argument has written.
CREATE FUNCTION api.finding_act_answer(a hz.finding_act) RETURNS api.answer
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN ROW(201, api.finding_record_json(a, (SELECT name FROM hz.actor WHERE id = a.actor_id)), NULL::bigint,
		'/v1/findings/' || a.finding_id || '/' || a.command)::api.answer;
END $$;

-- Dismissals, corrections, self-acceptances, requests, voidings, terminations: nothing but the step and its evidence.
CREATE FUNCTION api.finding_act(p_id uuid, p_command text, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
BEGIN
	RETURN api.finding_act_answer(api.finding_move(p_id, p_command, '', coalesce(p_body, '{}')));
END $$;

-- Taken up by the office, which may say anew how severe it is and by which clause. What it says is the finding's from then on.
CREATE FUNCTION api.finding_confirm(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	v_body jsonb := coalesce(p_body, '{}');
	f hz.finding := api.finding_lock(p_id);
	t hz.finding := api.finding_graded(f, v_body);
	v_faults jsonb := api.finding_clause_faults(t, true);
BEGIN
	PERFORM api.finding_check(f, 'confirmations', '', v_body);
	IF f.supervised AND t.severity = 'general' THEN
		PERFORM api.refuse_listing(f);
	END IF;
	IF v_faults = '[]' AND (t.severity, t.clause_id, t.violated_clause) IS DISTINCT FROM (f.severity, f.clause_id, f.violated_clause) THEN
		UPDATE hz.finding SET severity = t.severity, clause_id = t.clause_id, violated_clause = t.violated_clause WHERE id = p_id;
	END IF;
	RETURN api.finding_act_answer(api.finding_move(p_id, 'confirmations', '', v_body, jsonb_strip_nulls(jsonb_build_object(
		'severity', t.severity, 'clause_id', t.clause_id, 'violated_clause', t.violated_clause)), p_faults => v_faults));
END $$;

-- Progress. In its own loop an institution names who and by when; that day is then the deadline. Under an order the
-- day it expects is recorded and the order's deadline stays.
CREATE FUNCTION api.finding_progress(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	v_body jsonb := coalesce(p_body, '{}');
	f hz.finding := api.finding_lock(p_id);
	a hz.finding_act;
	v_expected date := (v_body ->> 'expected_on')::date;
	v_at timestamptz := coalesce((v_body ->> 'occurred_at')::timestamptz, greatest(api.now(), f.last_act_at));
BEGIN
	a := api.finding_move(p_id, 'progress-reports', '', v_body, jsonb_strip_nulls(jsonb_build_object(
		'responsible_name', v_body ->> 'responsible_name', 'expected_on', v_expected)),
		p_faults => CASE WHEN api.finding_self(f) AND v_expected < api.day(v_at) THEN jsonb_build_array(
			api.fault('/expected_on', 'date_in_past', '预计完成日期不得早于发生之日')) ELSE '[]' END);
	IF api.finding_self(f) THEN
		IF v_body ->> 'responsible_name' IS NOT NULL THEN
			UPDATE hz.finding SET responsible_name = v_body ->> 'responsible_name' WHERE id = p_id;
		END IF;
		IF v_expected IS NOT NULL THEN
			PERFORM api.deadline_set(p_id, f.round, v_expected, '机构自查自纠，自定完成日期', jsonb_build_array(
				jsonb_build_object('step', 'event', 'date', api.day(a.occurred_at), 'basis', NULL,
					'text', '机构在自查自纠中自定完成日期'),
				jsonb_build_object('step', 'result', 'date', v_expected, 'basis', NULL,
					'text', format('%s 24 时到期，次日起为逾期', v_expected))), NULL);
		END IF;
	END IF;
	RETURN api.finding_act_answer(a);
END $$;

-- Faults of the next order in a body: it belongs to what leads to another round (p_again), and to nothing else.
CREATE FUNCTION api.finding_again_faults(f hz.finding, p_body jsonb, p_again boolean) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_at timestamptz := coalesce((p_body ->> 'occurred_at')::timestamptz, api.now());
BEGIN
	IF p_again AND p_body ->> 'order' IS NULL THEN
		RETURN jsonb_build_array(api.fault('/order', 'required', '不合格或者不予销号的，须同时写明下一轮的整改要求和期限'));
	ELSIF p_again THEN
		RETURN api.order_item_faults(p_body -> 'order', '/order', f, api.day(v_at), api.day(v_at));
	ELSIF p_body ->> 'order' IS NOT NULL THEN
		RETURN jsonb_build_array(api.fault('/order', 'not_expected', '合格或者准予销号的，不再责令整改'));
	END IF;
	RETURN '[]';
END $$;

-- After act a, which has begun another round: its order, served on the spot. Returns the act, which records it.
CREATE FUNCTION api.finding_again(a hz.finding_act, p_order jsonb) RETURNS hz.finding_act
LANGUAGE plpgsql AS $$
DECLARE
	v_order uuid := api.order_next(a.finding_id, a.round + 1, p_order, a.occurred_at);
BEGIN
	UPDATE hz.finding_act
	   SET detail = detail || jsonb_build_object('order_id', v_order, 'deadline', (SELECT due_on FROM hz.finding WHERE id = a.finding_id))
	 WHERE id = a.id
	RETURNING * INTO a;
	RETURN a;
END $$;

-- Re-inspection. Passed closes, a major one by way of the leader's approval; failed begins the next round with the order that comes in
-- the same call, served on the spot.
CREATE FUNCTION api.finding_reinspect(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	f hz.finding := api.finding_lock(p_id);
	a hz.finding_act;
	v_result text := p_body ->> 'result';
BEGIN
	PERFORM api.finding_check(f, 'reinspections', v_result, p_body);
	PERFORM api.segregation_check('finding', 'reinspections', p_id, api.me());
	a := api.finding_move(p_id, 'reinspections', v_result, p_body,
		jsonb_strip_nulls(jsonb_build_object('inspection_id', p_body ->> 'inspection_id')), v_result = 'failed',
		p_faults => api.finding_faults(jsonb_build_object('inspection_id', p_body -> 'inspection_id'), f.institution_id)
			|| api.finding_again_faults(f, p_body, v_result = 'failed'));
	RETURN api.finding_act_answer(CASE v_result WHEN 'failed' THEN api.finding_again(a, p_body -> 'order') ELSE a END);
END $$;

-- Into another open finding of the same institution, which carries on.
CREATE FUNCTION api.finding_merge(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	v_into uuid := (p_body ->> 'into')::uuid;
	f hz.finding;
	t hz.finding;
BEGIN
	-- two merges in opposite directions must not wait for each other
	PERFORM FROM hz.finding WHERE id IN (p_id, v_into) ORDER BY id FOR UPDATE;
	f := api.finding_lock(p_id);
	PERFORM api.finding_check(f, 'merges', '', p_body);
	SELECT * INTO t FROM hz.finding WHERE id = v_into;
	IF NOT FOUND OR t.institution_id <> f.institution_id OR t.id = f.id OR NOT t.is_open THEN
		PERFORM api.refuse_faults(jsonb_build_array(CASE
			WHEN t.id IS NULL THEN api.fault('/into', 'unknown_reference', '没有这条隐患，或者不在您的管辖范围内')
			WHEN t.id = f.id THEN api.fault('/into', 'same_finding', '不能并入自己')
			WHEN t.institution_id <> f.institution_id THEN
				api.fault('/into', 'other_institution', '只能并入同一机构的隐患')
			ELSE api.fault('/into', 'not_open', '所并入的隐患已经了结') END));
	END IF;
	RETURN api.finding_act_answer(api.finding_move(p_id, 'merges', '', p_body,
		jsonb_build_object('into', v_into), false, v_into));
END $$;

-- The records of one command on a finding, oldest first. 404 when the finding is not there or not in scope.
CREATE FUNCTION api.finding_acts(p_id uuid, p_command text, p_limit bigint, p_after_at text, p_after_id text,
	OUT items json, OUT next_key json)
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM hz.finding WHERE id = p_id) THEN
		PERFORM api.refuse_not_found();
	END IF;
	SELECT json_agg(api.finding_record_json(p.a, p.name) ORDER BY p.n) FILTER (WHERE p.n <= p_limit),
	       CASE WHEN count(*) > p_limit
		THEN json_agg(json_build_array((p.a).recorded_at, (p.a).id)) FILTER (WHERE p.n = p_limit) -> 0 END
	  INTO items, next_key
	  FROM (SELECT a, r.name, row_number() OVER (ORDER BY a.recorded_at, a.id) AS n
		  FROM hz.finding_act a LEFT JOIN hz.actor r ON r.id = a.actor_id
		 WHERE a.finding_id = p_id AND a.command = p_command
		   AND (a.recorded_at, a.id) > (coalesce(p_after_at::timestamptz, '-infinity'),
			coalesce(p_after_id, '00000000-0000-0000-0000-000000000000')::uuid)
		 ORDER BY a.recorded_at, a.id
		 LIMIT p_limit + 1) p;
END $$;
