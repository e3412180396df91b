-- Penalty cases 立案处罚: their legal steps (rows of hz.transition), each with its time, its document and its clock.

CREATE FUNCTION api.penalty_step_json(s hz.penalty_step) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', s.id, 'measure_id', s.measure_id, 'step', s.step, 'from_state', s.from_state, 'state', s.to_state, 'actor_id', s.actor_id,
		'actor_name', (SELECT name FROM hz.actor WHERE id = s.actor_id), 'role', s.role, 'occurred_at', api.ts(s.occurred_at),
		'recorded_at', api.ts(s.recorded_at), 'document_number', s.document_number, 'note', s.note,
		'investigators', s.detail -> 'investigators', 'facts', s.detail ->> 'facts', 'proposal', s.detail ->> 'proposal',
		'hearing_right', (s.detail ->> 'hearing_right')::boolean, 'late', (s.detail ->> 'late')::boolean, 'presider', s.detail ->> 'presider',
		'defence', s.detail ->> 'defence', 'hearing_waived', (s.detail ->> 'hearing_waived')::boolean,
		'result', nullif(s.outcome, ''), 'penalties', s.detail -> 'penalties', 'legal_basis', s.detail ->> 'legal_basis',
		'method', s.detail ->> 'method', 'receiver', s.detail ->> 'receiver', 'attachments', api.attachments_json('penalty_step', s.id))
$$;

-- Ends and starts the clocks of a case by one of its steps. p_hearing: the party has been told of a right to a hearing.
CREATE FUNCTION api.penalty_clocks(m hz.enforcement_measure, f hz.finding, p_step text, p_at timestamptz, p_hearing boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	v record;
	l hz.time_limit;
BEGIN
	FOR v IN SELECT *
		   FROM (VALUES	-- its limit, the step that starts it, those that end it
			('penalty_decision', 'filed', '{decided}'::text[], true, '立案'),
			('penalty_statement', 'notified', '{hearing_requested,decided}', true, '告知陈述、申辩权利'),
			('penalty_hearing_request', 'notified', '{hearing_requested,decided}', p_hearing, '告知听证权利'),
			('penalty_service', 'decided', '{served,closed}', m.result <> 'prosecution', '作出决定'),
			('penalty_payment', 'served', '{paid,enforced,closed}', m.to_pay IS NOT NULL, '处罚决定书送达')
			) c (code, starts, ends, applies, event)
		  WHERE p_step = c.starts AND c.applies OR p_step = ANY (c.ends)
	LOOP
		IF p_step = ANY (v.ends) THEN
			PERFORM api.clock_stop(v.code, m.id, p_at, p_step);
			CONTINUE;
		END IF;
		l := api.time_limit(v.code, f.district, api.day(p_at));
		IF l.code IS NOT NULL THEN
			PERFORM api.clock_start(l, f, 'penalty_case', m.id, p_at, v.event || coalesce('（' || m.document_number || '）', ''), NULL);
		END IF;
	END LOOP;
END $$;

CREATE FUNCTION api.penalty_step_insert(m hz.enforcement_measure, p_id uuid, p_step text, p_outcome text, p_to text, p_at timestamptz, p_body jsonb,
	p_detail jsonb) RETURNS hz.penalty_step
LANGUAGE sql VOLATILE AS $$
	INSERT INTO hz.penalty_step (id, measure_id, district, institution_id, step, outcome, from_state, to_state, actor_id, role, occurred_at, recorded_at,
		document_number, note, detail)
	VALUES (p_id, m.id, m.district, m.institution_id, p_step, p_outcome, CASE p_step WHEN 'filed' THEN '-' ELSE m.state END, p_to, api.me(), api.role(),
		p_at, api.now(), p_body ->> 'document_number', p_body ->> 'note', p_detail)
	RETURNING *
$$;

-- Opens the case m on f: its first step, and the time there is to decide.
CREATE FUNCTION api.penalty_file(m hz.enforcement_measure, f hz.finding) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM api.penalty_step_insert(m, api.uuid_v7(), 'filed', '', api.transition_find('penalty_case', 'create', '', '-', api.role()), m.occurred_at,
		jsonb_build_object('document_number', m.document_number, 'note', m.note), '{}');
	PERFORM api.penalty_clocks(m, f, 'filed', m.occurred_at);
END $$;

-- Which members belong to which step, and which of them must be there.
CREATE FUNCTION api.penalty_member_faults(p_body jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(CASE WHEN p_body -> m.member IS NULL
			THEN api.fault('/' || m.member, 'required', m.words || '不能缺')
			ELSE api.fault('/' || m.member, 'not_expected', m.words || '不属于这一步') END ORDER BY m.n), '[]')
	  FROM (VALUES
		(1, 'investigators', '{investigated}'::text[], '{investigated}'::text[], '调查人员'),
		(2, 'facts', '{investigated}', '{investigated}', '查明的事实'),
		(3, 'proposal', '{notified}', '{investigated,notified}', '拟作出的处罚'),
		(4, 'hearing_right', '{}', '{notified}', '是否告知听证权利'),
		(5, 'presider', '{heard}', '{heard}', '听证主持人'),
		(6, 'defence', '{}', '{heard,decided}', '陈述申辩及复核'),
		(7, 'hearing_waived', '{}', '{decided}', '放弃听证'),
		(8, 'result', '{decided}', '{decided}', '决定'),
		(9, 'penalties', CASE WHEN p_body ->> 'result' = 'penalty' THEN '{decided}' ELSE '{}' END::text[],
			CASE WHEN p_body ->> 'result' = 'penalty' THEN '{decided}' ELSE '{}' END::text[], '处罚种类'),
		(10, 'legal_basis', CASE WHEN p_body ->> 'result' = 'penalty' THEN '{decided}' ELSE '{}' END::text[], '{decided}', '处罚依据'),
		(11, 'method', '{}', '{served}', '送达方式'),
		(12, 'receiver', '{served}', '{served}', '签收人')
		) m (n, member, needed, known, words)
	 WHERE p_body -> m.member IS NULL AND p_body ->> 'step' = ANY (m.needed)
	    OR p_body -> m.member IS NOT NULL AND p_body ->> 'step' <> ALL (m.known)
$$;

-- Faults of the penalties decided: known kinds, each once, a sum of money where one belongs to it and only there.
CREATE FUNCTION api.penalty_penalties_faults(p_penalties jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(x.fault ORDER BY x.n), '[]')
	  FROM (SELECT e.n, CASE
			WHEN k.code IS NULL THEN api.fault(at || '/kind', 'unknown_reference', '没有这个处罚种类代码，见 GET /v1/penalty-kinds')
			WHEN count(*) OVER (PARTITION BY k.code) > 1 THEN api.fault(at || '/kind', 'duplicate', '同一种处罚写了两次')
			WHEN k.with_amount AND e.item ->> 'amount' IS NULL THEN api.fault(at || '/amount', 'required', k.name_zh || '须写明金额')
			WHEN NOT k.with_amount AND e.item ->> 'amount' IS NOT NULL THEN api.fault(at || '/amount', 'not_expected', k.name_zh || '没有金额')
			WHEN (e.item ->> 'amount')::numeric = 0 THEN api.fault(at || '/amount', 'out_of_range', '金额须大于 0') END AS fault
		  FROM jsonb_array_elements(p_penalties) WITH ORDINALITY e (item, n)
		 CROSS JOIN LATERAL (SELECT '/penalties/' || e.n - 1 AS at) p
		  LEFT JOIN hz.penalty_kind k ON k.code = e.item ->> 'kind') x
	 WHERE x.fault IS NOT NULL
$$;

-- Faults of those who investigated: two at least, each somebody.
CREATE FUNCTION api.penalty_investigators_faults(p_investigators jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN jsonb_array_length(p_investigators) < 2
		THEN jsonb_build_array(api.fault('/investigators', 'too_few_inspectors', '执法人员不得少于两人（《行政处罚法》第四十二条）')) ELSE '[]' END
	    || coalesce((SELECT jsonb_agg(api.fault('/investigators/' || e.n - 1, 'unknown_reference', '写 actor_id（在册人员），或姓名和执法证号') ORDER BY e.n)
		  FROM jsonb_array_elements(p_investigators) WITH ORDINALITY e (item, n)
		 WHERE CASE WHEN e.item ->> 'actor_id' IS NULL THEN e.item ->> 'name' IS NULL OR e.item ->> 'certificate_no' IS NULL
			ELSE NOT EXISTS (SELECT FROM hz.actor WHERE id = (e.item ->> 'actor_id')::uuid) END), '[]')
$$;

-- What a step records beside its time: names are filled in for those who have an account.
CREATE FUNCTION api.penalty_detail(p_body jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_strip_nulls(p_body - '{id,step,result,occurred_at,note,attachments,document_number}'::text[])
	    || CASE p_body ->> 'step' WHEN 'investigated' THEN jsonb_build_object('investigators', (
			SELECT jsonb_agg(jsonb_build_object('actor_id', e.item -> 'actor_id', 'name', coalesce(a.name, e.item ->> 'name'),
				'certificate_no', coalesce(e.item ->> 'certificate_no', a.certificate_no)) ORDER BY e.n)
			  FROM jsonb_array_elements(p_body -> 'investigators') WITH ORDINALITY e (item, n)
			  LEFT JOIN hz.actor a ON a.id = (e.item ->> 'actor_id')::uuid))
		WHEN 'notified' THEN jsonb_build_object('hearing_right', coalesce((p_body ->> 'hearing_right')::boolean, true))
		ELSE '{}' END
$$;

-- The case, locked after its finding; 404 when it is not there or not in scope.
CREATE FUNCTION api.measure_lock(p_finding_id uuid, p_id uuid) RETURNS hz.enforcement_measure
LANGUAGE plpgsql AS $$
DECLARE
	m hz.enforcement_measure;
BEGIN
	PERFORM api.finding_lock(p_finding_id);
	SELECT * INTO m FROM hz.enforcement_measure WHERE id = p_id AND finding_id = p_finding_id FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	RETURN m;
END $$;

-- Where the step in a body leads: 409 from the wrong state (so of any other measure), 403 when it is for another role.
CREATE FUNCTION api.penalty_check(m hz.enforcement_measure, p_step text, p_outcome text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_kind CONSTANT text := api.penalty_course(m);
	v_to CONSTANT text := api.transition_find('penalty_case', p_step, p_outcome, m.state, api.role(), p_kind => v_kind);
BEGIN
	IF v_to IS NULL AND api.transition_find('penalty_case', p_step, p_outcome, m.state, NULL, p_kind => v_kind) IS NOT NULL THEN
		PERFORM api.refuse('HZ403', '{"code": "forbidden"}');
	ELSIF v_to IS NULL THEN
		PERFORM api.refuse_state(m.state, api.penalty_allowed(m));
	END IF;
	RETURN v_to;
END $$;

-- The last day on which a hearing may still be asked for; NULL when it has been, or nobody was told of it.
CREATE FUNCTION api.penalty_hearing_until(m hz.enforcement_measure) RETURNS date
LANGUAGE sql STABLE AS $$
	SELECT c.due_on FROM hz.clock c WHERE c.resource_id = m.id AND c.kind = 'penalty_hearing_request' AND c.ended_at IS NULL
$$;

-- Takes a step: the record, the case's new state, its clocks.
CREATE FUNCTION api.penalty_step(p_finding_id uuid, p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	m hz.enforcement_measure := api.measure_lock(p_finding_id, p_id);
	v_step CONSTANT text := p_body ->> 'step';
	v_outcome CONSTANT text := CASE v_step WHEN 'decided' THEN coalesce(p_body ->> 'result', 'no_penalty') ELSE '' END;
	v_to CONSTANT text := api.penalty_check(m, v_step, v_outcome);
	v_until CONSTANT date := api.penalty_hearing_until(m);
	v_detail jsonb;
	v_at timestamptz;
	f hz.finding;
	s hz.penalty_step;
BEGIN
	PERFORM api.segregation_check('penalty_case', v_step, m.id, api.me());
	PERFORM api.refuse_faults(api.penalty_member_faults(p_body) || api.body_attachment_faults(p_body)
		|| CASE WHEN p_body ? 'penalties' THEN api.penalty_penalties_faults(p_body -> 'penalties') ELSE '[]' END
		|| CASE WHEN p_body ? 'investigators' THEN api.penalty_investigators_faults(p_body -> 'investigators') ELSE '[]' END);
	v_at := api.occurred_at(p_body, m.step_at);
	IF v_step = 'decided' AND api.day(v_at) <= v_until AND NOT coalesce((p_body ->> 'hearing_waived')::boolean, false) THEN
		PERFORM api.refuse('HZ422', jsonb_build_object('code', 'hearing_period_running', 'until', v_until));
	END IF;
	v_detail := api.penalty_detail(p_body)
		|| CASE WHEN v_step = 'hearing_requested' THEN jsonb_build_object('late', coalesce(api.day(v_at) > v_until, false)) ELSE '{}' END;
	s := api.penalty_step_insert(m, api.body_id(p_body), v_step, v_outcome, v_to, v_at, p_body, v_detail);
	PERFORM api.act_begin(m.id, v_step, v_at, s.note, jsonb_strip_nulls(jsonb_build_object('step_id', s.id, 'result', nullif(v_outcome, ''),
		'document_number', s.document_number, 'evidence', api.attachment_digests(p_body -> 'attachments'))) || v_detail);
	UPDATE hz.enforcement_measure
	   SET state = v_to, step_at = greatest(step_at, v_at),
	       result = coalesce(nullif(v_outcome, ''), result),
	       penalties = coalesce(s.detail -> 'penalties', penalties),
	       to_pay = coalesce((SELECT sum((e ->> 'amount')::numeric) FROM jsonb_array_elements(s.detail -> 'penalties') e
			JOIN hz.penalty_kind k ON k.code = e ->> 'kind' WHERE k.to_be_paid), to_pay),
	       version = version + 1, updated_at = api.now()
	 WHERE id = m.id RETURNING * INTO m;
	PERFORM api.attachment_links(p_body -> 'attachments', 'penalty_step', s.id, m.finding_id, NULL, m.institution_id, m.district, '/attachments');
	SELECT * INTO f FROM hz.finding WHERE id = m.finding_id;
	PERFORM api.penalty_clocks(m, f, v_step, v_at, coalesce((v_detail ->> 'hearing_right')::boolean, false));
	RETURN ROW(201, api.penalty_step_json(s), NULL, '/v1/findings/' || m.finding_id || '/enforcement-measures/' || m.id || '/steps')::api.answer;
END $$;

-- The steps of a case, in their order, a page at a time. 404 when the case is not there or not in scope.
CREATE FUNCTION api.penalty_steps(p_finding_id uuid, p_id uuid, p_limit bigint, p_after_at text, p_after_id text, OUT items json, OUT next_key json)
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM hz.enforcement_measure WHERE id = p_id AND finding_id = p_finding_id) THEN
		PERFORM api.refuse_not_found();
	END IF;
	SELECT coalesce(json_agg(api.penalty_step_json(p.s) ORDER BY p.n) FILTER (WHERE p.n <= p_limit), '[]'),
	       CASE WHEN count(*) > p_limit
		THEN json_agg(json_build_array((p.s).recorded_at, (p.s).id)) FILTER (WHERE p.n = p_limit) -> 0 END
	  INTO items, next_key
	  FROM (SELECT s, row_number() OVER (ORDER BY s.recorded_at, s.id) AS n
		  FROM hz.penalty_step s
		 WHERE s.measure_id = p_id
		   AND (s.recorded_at, s.id) > (coalesce(p_after_at::timestamptz, '-infinity'), coalesce(p_after_id, '00000000-0000-0000-0000-000000000000')::uuid)
		 ORDER BY s.recorded_at, s.id
		 LIMIT p_limit + 1) p;
END $$;
