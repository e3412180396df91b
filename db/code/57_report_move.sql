-- The one function that moves a report.

-- The report, locked; 404 when it is not there or not the caller's to see.
CREATE FUNCTION api.report_lock(p_id uuid) RETURNS api.report_shown
LANGUAGE plpgsql AS $$
DECLARE
	r api.report_shown;
BEGIN
	SELECT * INTO r FROM api.report_shown WHERE id = p_id FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	RETURN r;
END $$;

-- Refuses unless the caller may give p_command now: 409 from the wrong state, 403 when the state is right but the command is
-- for another role. Returns the state it leads to.
CREATE FUNCTION api.report_check(r api.report_shown, p_command text, p_outcome text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_kind CONSTANT text := api.report_kind(r.audience, r.channel);
	v_to CONSTANT text := api.transition_find('whistleblower_report', p_command, p_outcome, r.state, api.role(), p_kind => v_kind);
	v_allowed CONSTANT text[] := api.report_allowed(r);
BEGIN
	IF v_to IS NULL AND api.transition_find('whistleblower_report', p_command, p_outcome, r.state, NULL, p_kind => v_kind) IS NOT NULL THEN
		PERFORM api.refuse('HZ403', '{"code": "forbidden"}');
	ELSIF v_to IS NULL OR p_command <> ALL (v_allowed) THEN
		PERFORM api.refuse_state(r.state, v_allowed);
	END IF;
	RETURN v_to;
END $$;

-- Faults of a reason: it must be one in force; `other` says nothing without a note.
CREATE FUNCTION api.report_reason_faults(p_command text, p_body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_code CONSTANT text := p_body ->> 'reason_code';
BEGIN
	IF v_code IS NULL THEN
		RETURN '[]';
	ELSIF NOT EXISTS (SELECT FROM hz.report_reason WHERE command = p_command AND code = v_code
		AND effective_from <= api.today() AND (effective_to IS NULL OR effective_to >= api.today())) THEN
		RETURN jsonb_build_array(api.fault('/reason_code', 'unknown_reference', '没有这个理由代码，见 GET /v1/whistleblower-report-reasons'));
	ELSIF v_code = 'other' AND coalesce(p_body ->> 'note', '') = '' THEN
		RETURN jsonb_build_array(api.fault('/note', 'required', '理由为“其他”时须写明说明'));
	END IF;
	RETURN '[]';
END $$;

-- The state a step leaves beside the state itself. p_at: when it was done.
CREATE FUNCTION api.report_set(r api.report_shown, p_command text, p_outcome text, p_to text, p_at timestamptz) RETURNS api.report_shown
LANGUAGE plpgsql AS $$
DECLARE
	c_over CONSTANT text[] := '{rejected,transferred,returned,fed_back,withdrawn,merged}';
	t api.report_shown;
BEGIN
	UPDATE hz.report
	   SET state = p_to,
	       state_before = CASE WHEN p_to = 'supplement' THEN CASE r.state WHEN 'supplement' THEN r.state_before ELSE r.state END END,
	       -- what the bureau moves is the bureau's from then on
	       audience = CASE WHEN p_command = 'escalations' OR api.role() = 'handler' AND p_to <> r.state THEN 'bureau' ELSE audience END,
	       paused_at = CASE WHEN p_command IN ('pauses', 'supplement-requests') THEN coalesce(paused_at, api.hour(p_at))
			WHEN p_command IN ('resumptions', 'supplements') OR p_to = 'concluded' OR p_to = ANY (c_over) THEN NULL ELSE paused_at END,
	       signed_at = CASE WHEN p_command = 'sign-offs' THEN api.hour(p_at) ELSE signed_at END,
	       result = CASE p_command WHEN 'conclusions' THEN p_outcome WHEN 'reopenings' THEN NULL ELSE result END,
	       ended_at = CASE WHEN p_to = r.state THEN ended_at WHEN p_to = ANY (c_over) THEN api.hour(p_at) END,
	       version = version + 1,
	       updated_at = api.hour(api.now())
	 WHERE id = r.id;
	SELECT * INTO t FROM api.report_shown WHERE id = r.id;
	RETURN t;
END $$;

-- When the last step was taken that moved a report, or its clocks: no other can be dated before. Words said and files sent do neither.
CREATE FUNCTION api.report_last_step(p_id uuid) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
	SELECT max(occurred_at) FROM hz.report_act WHERE report_id = p_id AND (from_state <> to_state OR command IN ('pauses', 'resumptions', 'extensions', 'sign-offs'))
$$;

/* Gives p_command on report p_id: locks it, checks state and role, moves it, records the act in its order, sets its clocks, and leaves a line
 * in the audit log, which does not tell the step. Returns the act. p_body: the request (occurred_at, reason_code, note). p_detail: what
 * else the act records. p_faults: what else is wrong. Times are kept to the hour; the clocks take the day. */
CREATE FUNCTION api.report_move(p_id uuid, p_command text, p_outcome text DEFAULT '', p_body jsonb DEFAULT '{}', p_detail jsonb DEFAULT '{}',
	p_faults jsonb DEFAULT '[]') RETURNS hz.report_act
LANGUAGE plpgsql AS $$
DECLARE
	r api.report_shown;
	v_to text;
	v_at timestamptz;
	t api.report_shown;
	a hz.report_act;
BEGIN
	IF p_command IN ('returns', 'withdrawals') THEN
		PERFORM api.report_case_lock(p_id);
	END IF;
	r := api.report_lock(p_id);
	v_to := api.report_check(r, p_command, p_outcome);
	v_at := api.occurred_at(coalesce(p_body, '{}'), greatest(r.received_at, api.report_last_step(p_id)));
	PERFORM api.refuse_faults(p_faults || api.report_reason_faults(p_command, p_body));
	IF v_to IN ('withdrawn', 'returned') THEN
		PERFORM api.report_succeed(r.id, v_at);
	END IF;
	t := api.report_set(r, p_command, p_outcome, v_to, v_at);
	INSERT INTO hz.report_act (report_id, district, n, command, outcome, from_state, to_state, actor_id, role, occurred_at, recorded_at,
		reason_code, note, detail)
	SELECT r.id, r.district, 1 + coalesce(max(n), 0), p_command, p_outcome, r.state, v_to,
	       CASE WHEN api.role() NOT IN ('nobody', 'job') THEN api.me() END, api.role(), api.hour(v_at), api.hour(api.now()),
	       p_body ->> 'reason_code', p_body ->> 'note', jsonb_strip_nulls(p_detail)
	  FROM hz.report_act WHERE report_id = r.id
	RETURNING * INTO a;
	IF r.paused_at IS NOT NULL AND t.paused_at IS NULL THEN
		PERFORM api.report_clocks_resume(r.id, api.day(r.paused_at), greatest(api.day(v_at), api.day(r.paused_at)));
	END IF;
	PERFORM api.report_clocks_follow(t, p_command, v_at);
	PERFORM api.audit('report_step', r.id, r.district);
	RETURN a;
END $$;

-- The office's words to the reporter; the report is locked already.
CREATE FUNCTION api.report_say(p_id uuid, p_text text) RETURNS hz.report_message
LANGUAGE sql VOLATILE AS $$
	INSERT INTO hz.report_message (report_id, district, n, author, actor_id, text, sent_at)
	SELECT r.id, r.district, 1 + (SELECT coalesce(max(n), 0) FROM hz.report_message WHERE report_id = p_id),
	       CASE api.role() WHEN 'institution' THEN 'institution' ELSE 'office' END, api.me(), p_text, api.hour(api.now())
	  FROM api.report_shown r WHERE r.id = p_id
	RETURNING *
$$;
