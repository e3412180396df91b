-- Referrals 移送, 抄告: a finding handed over or copied to a body that may do what the office may not, its receipt and its reply.

-- Until when its reply is, or was, waited for: one row, or none. A clock counted again has another date.
CREATE FUNCTION api.referral_due(r hz.referral) RETURNS TABLE (due_on date)
LANGUAGE sql STABLE AS $$
	SELECT c.due_on FROM hz.clock c
	 WHERE c.finding_id = r.finding_id AND c.resource_id = r.id AND c.ended_by IS DISTINCT FROM 'recomputed'
	 ORDER BY c.started_at DESC, c.id DESC LIMIT 1
$$;

CREATE FUNCTION api.referral_json(r hz.referral) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', r.id, 'finding_id', r.finding_id, 'district', r.district, 'street', r.street, 'institution_id', r.institution_id,
		'institution_name', n.name, 'institution_type', r.institution_type, 'category', f.category, 'severity', f.severity,
		'description', f.description, 'finding_state', f.state, 'receiving_body', r.receiving_body,
		'receiving_name', coalesce(r.receiving_name, b.name_zh), 'handover', r.handover, 'document_number', r.document_number,
		'matter', r.matter, 'sent_at', api.ts(r.sent_at), 'actor_id', r.actor_id, 'actor_name', a.name, 'state', r.state,
		'receiver', r.receiver, 'received_at', api.ts(r.received_at), 'outcome', r.outcome, 'answered_at', api.ts(r.answered_at),
		'result', p.result, 'reply_due_on', c.due_on,
		'overdue', r.state = 'waiting' AND coalesce(c.due_on < api.today(), false),
		'days_left', CASE WHEN r.state = 'waiting' THEN c.due_on - api.today() END,
		'note', r.note, 'version', r.version)
	  FROM hz.finding f
	  JOIN hz.institution n ON n.id = f.institution_id
	  JOIN hz.receiving_body b ON b.code = r.receiving_body
	  LEFT JOIN hz.actor a ON a.id = r.actor_id
	  LEFT JOIN LATERAL api.referral_due(r) c ON true
	  LEFT JOIN hz.referral_reply p ON p.referral_id = r.id
	 WHERE f.id = r.finding_id
$$;

-- What the explanation of a date calls it.
CREATE FUNCTION api.referral_title(r hz.referral) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN r.handover THEN '移送' ELSE '抄告' END || coalesce(r.receiving_name, (SELECT name_zh FROM hz.receiving_body WHERE code = r.receiving_body))
	       || coalesce('（' || r.document_number || '）', '')
$$;

CREATE FUNCTION api.referral_faults(p_body jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(f.fault), '[]')
	  FROM (VALUES
		(CASE WHEN NOT EXISTS (SELECT FROM hz.receiving_body WHERE code = p_body ->> 'receiving_body')
			THEN api.fault('/receiving_body', 'unknown_reference', '没有这个接收部门代码，见 GET /v1/receiving-bodies') END),
		(CASE WHEN p_body ->> 'receiving_body' = 'other' AND p_body ->> 'receiving_name' IS NULL
			THEN api.fault('/receiving_name', 'required', '其他部门须写明名称') END),
		(CASE WHEN (p_body ->> 'receiver' IS NULL) <> (p_body ->> 'received_at' IS NULL)
			THEN api.fault(CASE WHEN p_body ->> 'receiver' IS NULL THEN '/receiver' ELSE '/received_at' END, 'required',
				'签收人和签收时间须一起写') END)
		) f (fault)
	 WHERE f.fault IS NOT NULL
$$;

-- Sends a finding on. Handed over it is the other body's until that answers; a copy leaves it as it is, and is the office's own affair
-- (`internal`: not shown to the institution).
CREATE FUNCTION api.finding_refer(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	f hz.finding := api.finding_lock(p_id);
	v_handover CONSTANT boolean := coalesce((p_body ->> 'handover')::boolean, false);
	v_outcome CONSTANT text := CASE WHEN v_handover THEN 'handover' ELSE 'copy' END;
	v_detail jsonb := jsonb_strip_nulls(p_body - '{id,occurred_at,sent_at,note,attachments,handover}'::text[])
		|| CASE WHEN v_handover THEN '{}' ELSE '{"internal": true}' END::jsonb;
	v_body jsonb;
	v_received timestamptz;
	a hz.finding_act;
	r hz.referral;
	l hz.time_limit;
BEGIN
	PERFORM api.finding_check(f, 'referrals', v_outcome, p_body);
	PERFORM api.refuse_faults(api.referral_faults(p_body) || api.body_attachment_faults(p_body));
	v_body := p_body || jsonb_build_object('occurred_at', api.act_at(p_body, CASE WHEN v_handover THEN f.last_act_at ELSE f.found_at END, 'sent_at'));
	a := api.finding_move(p_id, 'referrals', v_outcome, v_body, v_detail, p_beside => CASE WHEN NOT v_handover THEN f.found_at END);
	IF p_body ->> 'received_at' IS NOT NULL THEN
		v_received := api.occurred_at(p_body, a.occurred_at, 'received_at');
	END IF;
	INSERT INTO hz.referral (id, district, finding_id, institution_id, institution_type, street, receiving_body, receiving_name, handover,
		document_number, matter, sent_at, finding_state, receiver, received_at, actor_id, note, created_at, updated_at)
	VALUES (a.id, f.district, f.id, f.institution_id, f.institution_type, f.street, p_body ->> 'receiving_body', p_body ->> 'receiving_name', v_handover,
		p_body ->> 'document_number', p_body ->> 'matter', a.occurred_at, f.state, p_body ->> 'receiver', v_received, api.me(), a.note,
		api.now(), api.now())
	RETURNING * INTO r;
	l := api.time_limit('referral_reply', f.district, api.day(a.occurred_at));
	IF l.code IS NOT NULL THEN
		PERFORM api.clock_start(l, f, 'referral', r.id, a.occurred_at, api.referral_title(r));
	END IF;
	RETURN api.finding_act_answer(a);
END $$;

-- A referral of this finding, locked after it; 404 when it is not there or not in scope.
CREATE FUNCTION api.referral_lock(p_finding_id uuid, p_id uuid) RETURNS hz.referral
LANGUAGE plpgsql AS $$
DECLARE
	r hz.referral;
BEGIN
	PERFORM api.finding_lock(p_finding_id);
	SELECT * INTO r FROM hz.referral WHERE id = p_id AND finding_id = p_finding_id FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	RETURN r;
END $$;

-- Where p_command leads from here: 409 when it leads nowhere.
CREATE FUNCTION api.referral_check(r hz.referral, p_command text, p_outcome text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_kind CONSTANT text := CASE WHEN r.handover THEN 'handover' ELSE 'copy' END;
	v_to CONSTANT text := api.transition_find('referral', p_command, p_outcome, r.state, api.role(), p_kind => v_kind);
BEGIN
	IF v_to IS NULL THEN
		PERFORM api.refuse_state(r.state, api.transition_allowed('referral', r.state, api.role(), p_kind => v_kind));
	END IF;
	RETURN v_to;
END $$;

CREATE FUNCTION api.referral_receipt(p_finding_id uuid, p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	r hz.referral := api.referral_lock(p_finding_id, p_id);
	v_to text := api.referral_check(r, 'receipts', '');
	v_at timestamptz := api.act_at(p_body, r.sent_at, 'received_at');
BEGIN
	IF r.received_at IS NOT NULL THEN
		PERFORM api.refuse('HZ409', jsonb_build_object('code', 'conflict', 'errors', jsonb_build_array(
			api.fault('/received_at', 'conflict', '已有签收记录：' || r.receiver || '，' || api.ts(r.received_at)))));
	END IF;
	PERFORM api.act_begin(r.id, 'receipts', v_at, p_body ->> 'note');
	UPDATE hz.referral SET state = v_to, receiver = p_body ->> 'receiver', received_at = v_at, version = version + 1, updated_at = api.now()
	 WHERE id = r.id RETURNING * INTO r;
	RETURN ROW(201, api.referral_json(r), r.version, '/v1/findings/' || r.finding_id || '/referrals')::api.answer;
END $$;

CREATE FUNCTION api.referral_reply_json(p hz.referral_reply, r hz.referral) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', p.id, 'referral_id', p.referral_id, 'finding_id', r.finding_id, 'state', r.state, 'outcome', p.outcome,
		'finding_state', f.state, 'deadline', CASE WHEN f.is_open THEN f.due_on END, 'result', p.result, 'document_number', p.document_number,
		'actor_id', p.actor_id, 'actor_name', (SELECT name FROM hz.actor WHERE id = p.actor_id), 'replied_at', api.ts(p.replied_at),
		'recorded_at', api.ts(p.recorded_at), 'note', p.note, 'attachments', api.attachments_json('referral_reply', p.id))
	  FROM hz.finding f WHERE f.id = r.finding_id
$$;

-- A finding that comes back is what it was: its deadline and the clocks that were running. The deadline says why it has not moved; where it may be
-- counted again it says so before the counting, which is made anew then.
CREATE FUNCTION api.referral_return(r hz.referral, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	v_step CONSTANT jsonb := api.step('event', api.day(p_at), NULL, format('%s %s，%s 退回本局：期限不因移送中止', api.day(r.sent_at),
		api.referral_title(r), api.day(p_at)));
	v_at bigint;
	d hz.deadline;
BEGIN
	UPDATE hz.clock SET ended_at = NULL, ended_by = NULL
	 WHERE finding_id = r.finding_id AND resource = 'finding' AND ended_by = 'referrals' AND ended_at = r.sent_at;
	SELECT * INTO d FROM hz.deadline WHERE finding_id = r.finding_id AND current;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	SELECT min(n) - 1 INTO v_at FROM jsonb_array_elements(d.explanation) WITH ORDINALITY e (step, n)
	 WHERE d.counted_from IS NOT NULL AND e.step ->> 'step' = 'counting';
	PERFORM api.deadline_set(d.finding_id, d.round, d.due_on, api.referral_title(r) || '后退回，期限不变',
		CASE WHEN v_at IS NULL THEN d.explanation || v_step ELSE jsonb_insert(d.explanation, ARRAY[v_at::text], v_step) END,
		d.order_id, d.day_kind, d.days, d.rule_id, p_at, d.counted_from);
END $$;

-- What is wrong with a reply: an outcome belongs to a handed-over one alone, and what is suspended for is not closed by others.
CREATE FUNCTION api.referral_reply_faults(r hz.referral, p_body jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT CASE
		WHEN r.handover AND p_body ->> 'outcome' IS NULL
			THEN jsonb_build_array(api.fault('/outcome', 'required', '移送的须写明是办结（closed）还是退回（returned）'))
		WHEN NOT r.handover AND p_body ->> 'outcome' IS NOT NULL
			THEN jsonb_build_array(api.fault('/outcome', 'not_expected', '抄告的隐患仍由本局办理，回复不改变其状态'))
		ELSE '[]' END || api.body_attachment_faults(p_body)
$$;

CREATE FUNCTION api.referral_reply(p_finding_id uuid, p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	r hz.referral := api.referral_lock(p_finding_id, p_id);
	v_outcome CONSTANT text := p_body ->> 'outcome';
	v_id CONSTANT uuid := api.body_id(p_body);
	v_to CONSTANT text := api.referral_check(r, 'replies', CASE WHEN r.handover THEN coalesce(v_outcome, 'closed') ELSE '' END);
	v_at timestamptz;
	p hz.referral_reply;
BEGIN
	PERFORM api.refuse_faults(api.referral_reply_faults(r, p_body));
	IF v_outcome = 'closed' AND EXISTS (SELECT FROM hz.enforcement_measure WHERE finding_id = p_finding_id AND state = 'standing') THEN
		PERFORM api.refuse('HZ422', '{"code": "suspension_stands"}');
	END IF;
	v_at := api.act_at(p_body, r.sent_at, 'replied_at');
	IF r.handover THEN
		PERFORM api.finding_move(p_finding_id, 'replies', v_outcome, p_body - 'attachments' || jsonb_build_object('id', v_id, 'occurred_at', v_at),
			jsonb_strip_nulls(jsonb_build_object('referral_id', r.id, 'answer', p_body -> 'result', 'document_number', p_body -> 'document_number')),
			p_kind => r.finding_state);
	END IF;
	INSERT INTO hz.referral_reply (id, referral_id, district, outcome, result, document_number, replied_at, actor_id, recorded_at, note)
	VALUES (v_id, r.id, r.district, v_outcome, p_body ->> 'result', p_body ->> 'document_number', v_at, api.me(), api.now(), p_body ->> 'note')
	RETURNING * INTO p;
	PERFORM api.act_begin(r.id, 'replies', v_at, p.note, jsonb_strip_nulls(jsonb_build_object('reply_id', v_id, 'result', p.result,
		'document_number', p.document_number, 'evidence', api.attachment_digests(p_body -> 'attachments'))));
	UPDATE hz.referral
	   SET state = v_to, outcome = v_outcome, answered_at = v_at, version = version + 1, updated_at = api.now()
	 WHERE id = r.id RETURNING * INTO r;
	PERFORM api.attachment_links(p_body -> 'attachments', 'referral_reply', v_id, r.finding_id, NULL, r.institution_id, r.district, '/attachments');
	PERFORM api.clock_stop('referral_reply', r.id, v_at, 'replies');
	IF v_outcome = 'returned' THEN
		PERFORM api.referral_return(r, v_at);
	END IF;
	RETURN ROW(201, api.referral_reply_json(p, r), NULL, '/v1/findings/' || r.finding_id || '/referrals/' || r.id || '/replies')::api.answer;
END $$;

-- The one reply of a referral, as a list; 404 as for the referral.
CREATE FUNCTION api.referral_replies(p_finding_id uuid, p_id uuid) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
	r hz.referral;
BEGIN
	SELECT * INTO r FROM hz.referral WHERE id = p_id AND finding_id = p_finding_id;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	RETURN (SELECT coalesce(json_agg(api.referral_reply_json(p, r)), '[]') FROM hz.referral_reply p WHERE p.referral_id = r.id);
END $$;
