-- Extensions: an institution asks for a later day, someone else grants or refuses it, and the deadline says so ever after.

-- One request. The names given are those of who asked and who decided.
CREATE FUNCTION api.extension_json(e hz.extension, p_institution text, p_actor text, p_decider text, p_finding_state text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', e.id, 'finding_id', e.finding_id, 'district', e.district, 'street', e.street, 'institution_id', e.institution_id,
		'institution_name', p_institution, 'institution_type', e.institution_type, 'category', e.category, 'round', e.round,
		'state', e.state, 'finding_state', p_finding_state, 'old_deadline', e.old_deadline, 'new_deadline', e.new_deadline,
		'granted_deadline', e.granted_deadline, 'late', e.late_days > 0, 'late_days', e.late_days, 'reason', e.reason,
		'actor_id', e.asked_by, 'actor_name', p_actor, 'occurred_at', api.ts(e.asked_at), 'recorded_at', api.ts(e.created_at),
		'decided_by', e.decided_by, 'decided_by_name', p_decider, 'decision_reason', e.decision_reason,
		'closed_at', api.ts(e.closed_at), 'lapsed_by', e.lapsed_by, 'attachments', api.attachments_json('finding_act', e.id))
$$;

-- The same as a record of its finding, where `state` is what the act led to: p_state.
CREATE FUNCTION api.finding_extension_json(e hz.extension, p_state text, p_actor text, p_decider text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', e.id, 'finding_id', e.finding_id, 'round', e.round, 'state', p_state, 'extension_state', e.state,
		'old_deadline', e.old_deadline, 'new_deadline', e.new_deadline, 'granted_deadline', e.granted_deadline,
		'late', e.late_days > 0, 'late_days', e.late_days, 'reason', e.reason, 'actor_id', e.asked_by, 'actor_name', p_actor,
		'occurred_at', api.ts(e.asked_at), 'recorded_at', api.ts(e.created_at), 'decided_by', e.decided_by,
		'decided_by_name', p_decider, 'decision_reason', e.decision_reason, 'closed_at', api.ts(e.closed_at),
		'lapsed_by', e.lapsed_by, 'attachments', api.attachments_json('finding_act', e.id))
$$;

-- Faults of asking at p_at for p_new as the deadline of f. Limits are those in force that day; what names one names its basis.
CREATE FUNCTION api.extension_faults(f hz.finding, p_new date, p_at timestamptz) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	l CONSTANT hz.time_limit := api.time_limit('extension', f.district, api.day(p_at));
	v_limit CONSTANT text := '（' || l.title || '，第 ' || l.edition || ' 版；依据：' || api.time_limit_basis(l) || '）';
	v_last CONSTANT date := api.period_end(f.due_on, l.amount, l.day_kind);
	v_granted int;
	v_faults jsonb := '[]';
BEGIN
	IF f.due_on IS NULL THEN
		RETURN jsonb_build_array(api.fault('', 'no_deadline', '整改期限还没有起算（责令改正通知尚未送达），无从延期'));
	END IF;
	SELECT count(*) INTO v_granted FROM hz.extension WHERE finding_id = f.id AND round = f.round AND state = 'granted';
	IF v_granted >= l.times THEN
		v_faults := v_faults || api.fault('', 'extended_too_often',
			'本轮整改已延期 ' || v_granted || ' 次，最多 ' || l.times || ' 次' || v_limit);
	END IF;
	IF p_new <= f.due_on THEN
		v_faults := v_faults || api.fault('/new_deadline', 'not_later', '须晚于现在的期限 ' || f.due_on);
	ELSIF p_new < api.day(p_at) THEN
		v_faults := v_faults || api.fault('/new_deadline', 'date_in_past', '须不早于申请之日 ' || api.day(p_at));
	ELSIF p_new > v_last THEN
		v_faults := v_faults || api.fault('/new_deadline', 'extended_too_far', '一次最多延长 ' || l.amount || ' 个'
			|| CASE l.day_kind WHEN 'working' THEN '工作日' ELSE '自然日' END || '，即至 ' || v_last || v_limit);
	END IF;
	RETURN v_faults;
END $$;

CREATE FUNCTION api.extension_request(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	f CONSTANT hz.finding := api.finding_lock(p_id);
	v_new CONSTANT date := p_body ->> 'new_deadline';
	v_at timestamptz;
	v_late int;
	a hz.finding_act;
	e hz.extension;
	l hz.time_limit;
BEGIN
	PERFORM api.finding_check(f, 'extensions', '', p_body);
	IF EXISTS (SELECT FROM hz.extension WHERE finding_id = p_id AND state = 'pending') THEN
		PERFORM api.refuse('HZ409', '{"code": "extension_pending"}');
	END IF;
	v_at := api.occurred_at(p_body, f.last_act_at);
	v_late := greatest(api.day(v_at) - f.due_on, 0);
	a := api.finding_move(p_id, 'extensions', '', p_body || jsonb_build_object('note', p_body -> 'reason'),
		jsonb_build_object('old_deadline', f.due_on, 'new_deadline', v_new, 'late_days', v_late),
		p_faults => api.extension_faults(f, v_new, v_at));
	INSERT INTO hz.extension (id, finding_id, district, institution_id, institution_type, street, category, round, old_deadline, new_deadline,
		reason, late_days, asked_by, asked_at, created_at, updated_at)
	VALUES (a.id, f.id, f.district, f.institution_id, f.institution_type, f.street, f.category, f.round, f.due_on, v_new,
		p_body ->> 'reason', v_late, api.me(), v_at, api.now(), api.now())
	RETURNING * INTO e;
	l := api.time_limit('extension_decision', f.district, api.day(v_at));
	IF l.code IS NOT NULL THEN
		PERFORM api.clock_start(l, f, 'extension', e.id, v_at, '机构申请延期至 ' || v_new);
	END IF;
	RETURN ROW(201, api.finding_extension_json(e, a.to_state, (SELECT name FROM hz.actor WHERE id = e.asked_by), NULL), NULL,
		'/v1/extensions/' || e.id)::api.answer;
END $$;

-- Who asked and who granted, when and why, as a step of the explanation. A request that came late, or was written down on a
-- later day than it says, is told to be one.
CREATE FUNCTION api.extension_step(e hz.extension, p_basis text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT api.step('extension', e.granted_deadline, p_basis,
		(SELECT name FROM hz.actor WHERE id = e.asked_by) || ' 于 ' || api.day(e.asked_at) || ' 申请延期至 ' || e.new_deadline
		|| CASE WHEN e.late_days > 0 THEN '（期限 ' || e.old_deadline || ' 届满 ' || e.late_days || ' 日后才提出）' ELSE '' END
		|| CASE WHEN api.day(e.created_at) <> api.day(e.asked_at) THEN '（' || api.day(e.created_at) || ' 登记）' ELSE '' END
		|| '，理由：' || e.reason || '；' || (SELECT name FROM hz.actor WHERE id = e.decided_by) || ' 于 ' || api.day(e.closed_at)
		|| ' 准予延期至 ' || e.granted_deadline || '，理由：' || e.decision_reason)
$$;

-- The deadline that a granted request leads to. Its steps stand on those of the deadline before, but for a warning that it may be
-- counted again: what is granted is a date, and stays.
CREATE FUNCTION api.extension_apply(e hz.extension) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	v_basis CONSTANT text := api.time_limit_basis(api.time_limit('extension', e.district, api.day(e.asked_at)));
	d hz.deadline;
BEGIN
	SELECT * INTO d FROM hz.deadline WHERE finding_id = e.finding_id AND current;
	PERFORM api.deadline_set(e.finding_id, e.round, e.granted_deadline,
		'准予延期' || CASE WHEN e.late_days > 0 THEN '（期限届满 ' || e.late_days || ' 日后申请）' ELSE '' END,
		jsonb_path_query_array(coalesce(d.explanation, '[]'), '$[*] ? (@.step <> "warning")') || api.extension_step(e, v_basis)
			|| api.step_result(e.granted_deadline, v_basis),
		d.order_id, p_at => e.closed_at);
END $$;

-- What became of a request, as an event of its finding.
CREATE FUNCTION api.extension_event(e hz.extension) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM api.act_begin(e.finding_id, 'extension_' || e.state, e.closed_at, e.decision_reason, jsonb_strip_nulls(jsonb_build_object(
		'extension_id', e.id, 'round', e.round, 'old_deadline', e.old_deadline, 'new_deadline', e.new_deadline,
		'granted_deadline', e.granted_deadline, 'late_days', nullif(e.late_days, 0), 'lapsed_by', e.lapsed_by)));
	UPDATE hz.finding SET version = version + 1, updated_at = api.now() WHERE id = e.finding_id;
END $$;

-- Faults of the day granted: none other than the one asked for, or an earlier one that is still later than what runs.
CREATE FUNCTION api.extension_decision_faults(e hz.extension, f hz.finding, p_body jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(jsonb_agg(v.fault), '[]')
	  FROM (SELECT coalesce((p_body ->> 'new_deadline')::date, e.new_deadline) AS day) g
	 CROSS JOIN LATERAL (SELECT CASE
		WHEN p_body ->> 'result' = 'refused' AND p_body ->> 'new_deadline' IS NOT NULL
			THEN api.fault('/new_deadline', 'not_expected', '不予延期，不写新的期限')
		WHEN p_body ->> 'result' = 'refused' THEN NULL
		WHEN g.day > e.new_deadline THEN api.fault('/new_deadline', 'later_than_asked', '不得晚于所申请的 ' || e.new_deadline)
		WHEN g.day <= f.due_on THEN api.fault('/new_deadline', 'not_later', '须晚于现在的期限 ' || f.due_on) END) v (fault)
	 WHERE v.fault IS NOT NULL
$$;

CREATE FUNCTION api.extension_decide(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	v_result CONSTANT text := p_body ->> 'result';
	e hz.extension;
	f hz.finding;
	v_at timestamptz;
BEGIN
	SELECT * INTO e FROM hz.extension WHERE id = p_id;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	f := api.finding_lock(e.finding_id);	-- first, as whatever else happens to the finding takes it first
	SELECT * INTO e FROM hz.extension WHERE id = p_id FOR UPDATE;
	IF api.transition_find('extension', 'decisions', v_result, e.state, api.role()) IS NULL THEN
		PERFORM api.refuse_state(e.state, api.transition_allowed('extension', e.state, api.role()));
	ELSIF e.asked_by = api.me() THEN
		PERFORM api.refuse('HZ422', '{"code": "segregation_of_duties"}');
	END IF;
	v_at := api.occurred_at(p_body, e.asked_at);
	PERFORM api.refuse_faults(api.extension_decision_faults(e, f, p_body));
	UPDATE hz.extension
	   SET state = v_result, decided_by = api.me(), decision_reason = p_body ->> 'reason', closed_at = v_at,
	       granted_deadline = CASE WHEN v_result = 'granted' THEN coalesce((p_body ->> 'new_deadline')::date, new_deadline) END,
	       updated_at = api.now()
	 WHERE id = p_id
	RETURNING * INTO e;
	PERFORM api.clock_stop('extension_decision', p_id, v_at, 'decisions');
	PERFORM api.extension_event(e);
	IF v_result = 'granted' THEN
		PERFORM api.extension_apply(e);
	END IF;
	RETURN ROW(201, api.extension_json(e, (SELECT name FROM hz.institution WHERE id = e.institution_id),
		(SELECT name FROM hz.actor WHERE id = e.asked_by), (SELECT name FROM hz.actor WHERE id = e.decided_by), f.state), NULL,
		'/v1/extensions/' || e.id)::api.answer;
END $$;

-- Command p_command has ended the round of a finding: nothing is left to decide of a request that waits. Called by finding_move alone.
CREATE FUNCTION api.extensions_lapse(p_finding_id uuid, p_command text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	e hz.extension;
BEGIN
	UPDATE hz.extension
	   SET state = 'lapsed', lapsed_by = p_command, closed_at = p_at, updated_at = api.now()
	 WHERE finding_id = p_finding_id AND state = 'pending'
	RETURNING * INTO e;
	IF FOUND THEN
		PERFORM api.clock_stop('extension_decision', e.id, p_at, p_command);
		PERFORM api.extension_event(e);
	END IF;
END $$;
