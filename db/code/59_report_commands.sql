-- The steps of a report. Each returns its record, with the report's new state in it.

-- A step, with words to the reporter when the body has any. What it says beside is in the detail.
CREATE FUNCTION api.report_step(p_id uuid, p_command text, p_body jsonb, p_outcome text DEFAULT '', p_detail jsonb DEFAULT '{}',
	p_faults jsonb DEFAULT '[]') RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	v_body CONSTANT jsonb := coalesce(p_body, '{}');
	a CONSTANT hz.report_act := api.report_move(p_id, p_command, p_outcome, v_body, p_detail || jsonb_build_object('text', v_body ->> 'text'), p_faults);
BEGIN
	IF v_body ->> 'text' IS NOT NULL THEN
		PERFORM api.report_say(p_id, v_body ->> 'text');
	END IF;
	RETURN api.report_act_answer(a);
END $$;

-- Are the cases of these two reports, with p_house beside, about different institutions?
CREATE FUNCTION api.report_other_house(p_one uuid, p_other uuid, p_house uuid DEFAULT NULL) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT count(DISTINCT house) > 1 FROM (SELECT CASE WHEN p_house IS NOT NULL AND r.id = p_one THEN p_house ELSE r.institution_id END
		FROM hz.report r WHERE r.id IN (SELECT api.report_case(p_one) UNION SELECT api.report_case(p_other))) h (house)
$$;

-- 受理. What is known better by now than by the reporter may be set: which institution it is, which category.
CREATE FUNCTION api.report_accept(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	r api.report_shown;
	i hz.institution;
	v_faults jsonb := '[]';
BEGIN
	PERFORM api.report_hold_district(s.district), api.report_case_lock(p_id) FROM api.report_shown s WHERE s.id = p_id;
	r := api.report_lock(p_id);
	IF p_body ->> 'institution_id' IS NOT NULL THEN
		SELECT * INTO i FROM hz.institution WHERE id = (p_body ->> 'institution_id')::uuid AND district = r.district;
		IF NOT FOUND THEN
			v_faults := v_faults || api.fault('/institution_id', 'unknown_reference', '没有这家机构，或者不在这件举报的区县');
		ELSIF i.id = ANY (api.my_houses()) THEN
			v_faults := v_faults || api.fault('/institution_id', 'own_institution', '您有这家机构的账号，应当回避；请交由其他办理人受理');
		ELSIF api.report_other_house(p_id, p_id, i.id) THEN
			v_faults := v_faults || api.fault('/institution_id', 'other_institution', '并入这一件的举报说的不是这家机构');
		END IF;
	END IF;
	PERFORM api.report_check(r, 'acceptances', '');
	PERFORM api.refuse_faults(v_faults);
	UPDATE hz.report
	   SET institution_id = coalesce(i.id, institution_id), institution_type = coalesce(i.type, institution_type), street = coalesce(i.street, street),
	       category = coalesce(p_body ->> 'category', category)
	 WHERE id = p_id;
	PERFORM api.report_judge_case(p_id);
	RETURN api.report_step(p_id, 'acceptances', p_body);
END $$;

-- 转办 to a body above or below, 移送 to the one that is competent.
CREATE FUNCTION api.report_transfer(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE sql VOLATILE AS $$
	SELECT * FROM api.report_step(p_id, 'transfers', p_body, p_body ->> 'kind', jsonb_build_object('to', p_body ->> 'to', 'number', p_body ->> 'number'))
$$;

-- The words of the office for p_id, whose case is locked, said to those whose reports were merged into it as well, whether or not the caller sees those.
CREATE FUNCTION api.report_tell_merged(p_id uuid, p_text text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	INSERT INTO hz.report_message (report_id, district, n, author, actor_id, text, sent_at)
	SELECT r.id, r.district, 1 + (SELECT coalesce(max(n), 0) FROM hz.report_message WHERE report_id = r.id),
	       CASE api.role() WHEN 'institution' THEN 'institution' ELSE 'office' END, api.me(), p_text, api.hour(api.now())
	  FROM hz.report r WHERE r.id IN (SELECT api.report_case(p_id)) AND r.id <> p_id;
END $$;

-- 反馈. Those whose reports were merged into this one read the same words.
CREATE FUNCTION api.report_feedback(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	v_answer api.answer;
BEGIN
	PERFORM api.report_case_lock(p_id);
	v_answer := api.report_step(p_id, 'feedbacks', p_body);
	PERFORM api.report_tell_merged(p_id, p_body ->> 'text');
	RETURN v_answer;
END $$;

-- 延期 of the conclusion, by so many days and so often as the editions of the day allow.
CREATE FUNCTION api.report_extend(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	r CONSTANT api.report_shown := api.report_lock(p_id);
	l CONSTANT hz.time_limit := api.time_limit('report_extension', r.district, api.today());
	v_times CONSTANT int := api.report_rule('extensions');
	v_new CONSTANT date := (p_body ->> 'new_deadline')::date;
	c hz.report_clock;
	v_faults jsonb := '[]';
	v_answer api.answer;
BEGIN
	PERFORM api.report_check(r, 'extensions', '');
	SELECT * INTO c FROM hz.report_clock WHERE report_id = p_id AND kind IN ('report_conclusion', 'report_redo') AND ended_on IS NULL;
	IF NOT FOUND THEN
		PERFORM api.refuse_state(r.state, array_remove(api.report_allowed(r), 'extensions'));
	ELSIF v_new <= c.due_on THEN
		v_faults := v_faults || api.fault('/new_deadline', 'date_in_past', '新的期限须晚于现在的期限 ' || c.due_on);
	ELSIF v_new > api.period_end(c.due_on, l.amount, l.day_kind) THEN
		v_faults := v_faults || api.fault('/new_deadline', 'out_of_range', '最多延长 ' || l.amount || ' 日，至 ' || api.period_end(c.due_on, l.amount, l.day_kind));
	END IF;
	IF (SELECT count(*) FROM jsonb_array_elements(c.explanation) e WHERE e ->> 'step' = 'extended') >= v_times THEN
		v_faults := v_faults || api.fault('/new_deadline', 'rule_violated', '已经延长过 ' || v_times || ' 次，不能再延');
	END IF;
	v_answer := api.report_step(p_id, 'extensions', p_body || jsonb_build_object('note', p_body ->> 'reason'), '',
		jsonb_build_object('new_deadline', v_new), v_faults);
	UPDATE hz.report_clock
	   SET due_on = v_new, counted_from = NULL, explanation = explanation || jsonb_build_object('step', 'extended', 'date', v_new,
			'basis', api.time_limit_basis(l), 'text', '延期至 ' || v_new || '：' || (p_body ->> 'reason'))
	 WHERE id = c.id;
	RETURN v_answer;
END $$;

-- 并案 into another report that is still followed.
CREATE FUNCTION api.report_merge(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	v_into CONSTANT uuid := (p_body ->> 'into')::uuid;
	r api.report_shown;
	t api.report_shown;
	v_faults jsonb := '[]';
	v_answer api.answer;
BEGIN
	-- two merges in opposite directions must not wait for each other
	PERFORM api.report_hold_district(s.district), api.report_case_lock(p_id, v_into) FROM api.report_shown s WHERE s.id = p_id;
	r := api.report_lock(p_id);
	PERFORM api.report_check(r, 'merges', '');
	SELECT * INTO t FROM api.report_shown WHERE id = v_into;
	IF NOT FOUND OR t.district <> r.district THEN
		v_faults := v_faults || api.fault('/into', 'unknown_reference', '没有这件举报，或者不在同一区县');
	ELSIF t.id = r.id THEN
		v_faults := v_faults || api.fault('/into', 'same_report', '不能并入自己');
	ELSIF t.state NOT IN ('received', 'accepted', 'verifying', 'supplement', 'concluded') THEN
		v_faults := v_faults || api.fault('/into', 'not_open', '所并入的举报已经了结');
	ELSIF api.report_other_house(p_id, v_into) THEN
		v_faults := v_faults || api.fault('/into', 'other_institution', '两件举报说的不是同一家机构');
	ELSIF t.audience = 'institution' AND r.audience <> 'institution' THEN
		v_faults := v_faults || api.fault('/into', 'told_to_institution', '所并入的举报还在由本机构答复，请先转由本局办理（escalations）');
	END IF;
	v_answer := api.report_step(p_id, 'merges', p_body, '', jsonb_build_object('into', v_into), v_faults);
	UPDATE hz.report SET merged_into = v_into WHERE id = p_id;
	PERFORM api.report_judge_case(p_id);
	RETURN v_answer;
END $$;

-- Goes on after a pause, or after a supplement that has come another way or will not come.
CREATE FUNCTION api.report_resume(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	r CONSTANT api.report_shown := api.report_lock(p_id);
BEGIN
	RETURN api.report_step(p_id, 'resumptions', p_body, CASE WHEN r.state = 'supplement' THEN r.state_before ELSE '' END);
END $$;

-- The reporter has sent what was asked for: called for a message or a file of the reporter's while a supplement is waited for.
CREATE FUNCTION api.report_supplemented(p_id uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	r CONSTANT api.report_shown := api.report_lock(p_id);
BEGIN
	IF r.state = 'supplement' THEN
		PERFORM api.report_move(p_id, 'supplements', r.state_before);
	END IF;
END $$;

-- Dialogue. An institution that was told reads the words of the office, not whose they are.
CREATE FUNCTION api.report_message_json(m hz.report_message, p_actor text, p_state text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', m.id, 'report_id', m.report_id, 'n', m.n, 'author', m.author,
		'actor_id', CASE WHEN m.author <> 'office' OR api.role() <> 'institution' THEN m.actor_id END, 'actor_name', p_actor,
		'text', m.text, 'sent_at', api.ts(m.sent_at), 'state', p_state)
$$;

CREATE FUNCTION api.report_message(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	a CONSTANT hz.report_act := api.report_move(p_id, 'messages');
	m CONSTANT hz.report_message := api.report_say(p_id, p_body ->> 'text');
BEGIN
	RETURN ROW(201, api.report_message_json(m, (SELECT name FROM hz.actor WHERE id = m.actor_id), a.to_state), NULL,
		'/v1/whistleblower-reports/' || p_id || '/messages')::api.answer;
END $$;

CREATE FUNCTION api.report_messages(p_id uuid, p_limit bigint, p_after text, OUT items json, OUT next_key json)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	r CONSTANT api.report_shown := api.report_open(p_id, 'messages_read');
BEGIN
	SELECT json_agg(api.report_message_json(p.m, p.name, r.state) ORDER BY (p.m).n) FILTER (WHERE p.i <= p_limit),
	       CASE WHEN count(*) > p_limit THEN json_agg(json_build_array((p.m).n::text)) FILTER (WHERE p.i = p_limit) -> 0 END
	  INTO items, next_key
	  FROM (SELECT m, a.name, row_number() OVER (ORDER BY m.n) AS i
		  FROM hz.report_message m LEFT JOIN hz.actor a ON a.id = m.actor_id AND (m.author <> 'office' OR api.role() <> 'institution')
		 WHERE m.report_id = p_id AND m.n > coalesce(p_after::int, 0)
		 ORDER BY m.n LIMIT p_limit + 1) p;
END $$;
