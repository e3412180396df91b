-- What a major finding needs beside rectification: the five settled things, the report to the next level, the leader's approval of closing,
-- listing for supervision, and measures that keep people safe meanwhile.

-- 409: it is listed for supervision already, or is not.
CREATE FUNCTION api.refuse_listing(f hz.finding) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM api.refuse('HZ409', jsonb_build_object('code', 'supervision_conflict', 'state', f.state, 'supervised', f.supervised,
		'allowed', to_jsonb(api.finding_allowed(f, api.now()))));
END $$;

-- The members of a body that an act keeps as its detail.
CREATE FUNCTION api.body_detail(p_body jsonb, p_members text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(p_body) WHERE key = ANY (p_members) AND value <> 'null'
$$;

-- 五落实: who answers, what is done, with which money, until when, and what if it happens meanwhile. Its day lies within the deadline.
CREATE FUNCTION api.finding_plan(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	f hz.finding := api.finding_lock(p_id);
	v_until date := (p_body ->> 'time_limit')::date;
	v_day date := api.day(coalesce((p_body ->> 'occurred_at')::timestamptz, api.now()));
BEGIN
	RETURN api.finding_act_answer(api.finding_move(p_id, 'plans', '', p_body,
		api.body_detail(p_body, '{responsible_unit,responsible_person,measures,funds,funds_source,time_limit,emergency_plan}'),
		p_faults => CASE
			WHEN v_until > f.due_on THEN jsonb_build_array(
				api.fault('/time_limit', 'after_deadline', '治理时限不得晚于整改期限 ' || f.due_on))
			WHEN v_until < v_day AND v_day <= coalesce(f.due_on, v_day) THEN jsonb_build_array(
				api.fault('/time_limit', 'date_in_past', '治理时限不得早于制定之日 ' || v_day))
			ELSE '[]' END));
END $$;

-- Reported to the next level, or to the body the office answers to.
CREATE FUNCTION api.finding_escalate(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE sql VOLATILE AS $$
	SELECT api.finding_act_answer(api.finding_move(p_id, 'escalations', '', p_body, api.body_detail(p_body, '{to_body,document_number,method}')))
$$;

-- The leader's word on closing. Granted closes; refused begins the next round with the order that comes in the same call.
CREATE FUNCTION api.finding_approve(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	f hz.finding := api.finding_lock(p_id);
	a hz.finding_act;
	v_result text := p_body ->> 'result';
BEGIN
	PERFORM api.finding_check(f, 'closure-approvals', v_result, p_body);
	PERFORM api.segregation_check('finding', 'closure-approvals', p_id, api.me());
	a := api.finding_move(p_id, 'closure-approvals', v_result, p_body, '{}', v_result = 'refused',
		p_faults => api.finding_again_faults(f, p_body, v_result = 'refused') || CASE WHEN v_result = 'refused' AND coalesce(p_body ->> 'note', '') = ''
			THEN jsonb_build_array(api.fault('/note', 'required', '不予销号须写明理由')) ELSE '[]' END);
	RETURN api.finding_act_answer(CASE v_result WHEN 'refused' THEN api.finding_again(a, p_body -> 'order') ELSE a END);
END $$;

-- 挂牌督办: listed once, lifted once. The listing says at which level and by whom it is watched.
CREATE FUNCTION api.finding_supervise(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	f hz.finding := api.finding_lock(p_id);
	v_list boolean := p_body ->> 'action' = 'list';
	v_faults jsonb;
BEGIN
	PERFORM api.finding_check(f, 'supervisions', p_body ->> 'action', p_body);
	IF f.supervised = v_list THEN
		PERFORM api.refuse_listing(f);
	END IF;
	SELECT coalesce(jsonb_agg(CASE WHEN v_list THEN api.fault('/' || m, 'required', '挂牌须写明督办的层级和单位')
			ELSE api.fault('/' || m, 'not_expected', '摘牌不写督办的层级和单位') END ORDER BY m), '[]')
	  INTO v_faults
	  FROM unnest('{level,supervising_body}'::text[]) m WHERE v_list = (p_body ->> m IS NULL);
	RETURN api.finding_act_answer(api.finding_move(p_id, 'supervisions', p_body ->> 'action', p_body,
		api.body_detail(p_body, '{reason,level,supervising_body}'), p_faults => v_faults));
END $$;

-- 防范措施 until it is put right.
CREATE FUNCTION api.finding_secure(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE sql VOLATILE AS $$
	SELECT api.finding_act_answer(api.finding_move(p_id, 'interim-measures', '', p_body,
		api.body_detail(p_body, '{measures,from,until,responsible_name}'),
		p_faults => CASE WHEN (p_body ->> 'until')::date < (p_body ->> 'from')::date
			THEN jsonb_build_array(api.fault('/until', 'rule_violated', '结束之日早于开始之日')) ELSE '[]' END))
$$;
