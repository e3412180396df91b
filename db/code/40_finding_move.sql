-- The one function that moves a finding.

-- "Due" for an act that happened at p_at: the day of the deadline has come.
CREATE FUNCTION api.finding_due(f hz.finding, p_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT coalesce(f.due_on <= api.day(p_at), false) $$;

-- The institution's own loop (自查自纠) is open to it only while the office has ordered nothing.
CREATE FUNCTION api.finding_self(f hz.finding) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT f.self_found AND f.order_item_id IS NULL $$;

-- The commands the caller may give on this finding, judged at p_at.
CREATE FUNCTION api.finding_allowed(f hz.finding, p_at timestamptz) RETURNS text[]
LANGUAGE sql STABLE AS $$
	SELECT api.transition_allowed('finding', f.state, api.role(), f.severity, api.finding_self(f), api.finding_due(f, p_at))
$$;

-- The row, locked; 404 when it is not there or not in scope.
CREATE FUNCTION api.finding_lock(p_id uuid) RETURNS hz.finding
LANGUAGE plpgsql AS $$
DECLARE
	f hz.finding;
BEGIN
	SELECT * INTO f FROM hz.finding WHERE id = p_id FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	RETURN f;
END $$;

-- A major finding goes neither to rectification nor before the leader without the five settled things (五落实) of its round.
CREATE FUNCTION api.finding_check_plan(f hz.finding, p_to text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF f.severity = 'major' AND p_to <> f.state AND p_to IN ('rectifying', 'awaiting_closure') AND NOT EXISTS (
		SELECT FROM hz.finding_act WHERE finding_id = f.id AND command = 'plans' AND round = f.round) THEN
		PERFORM api.refuse('HZ422', '{"code": "plan_required"}');
	END IF;
END $$;

-- Refuses unless the caller may give p_command now: 409 from the wrong state, 403 when the state is right but the command
-- is for another role. Returns the state it leads to.
-- Due is judged by the time in the body, or now. p_kind: for commands whose rows have kinds.
CREATE FUNCTION api.finding_check(f hz.finding, p_command text, p_outcome text, p_body jsonb, p_kind text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_at timestamptz := coalesce((p_body ->> 'occurred_at')::timestamptz, api.now());
	v_due boolean := api.finding_due(f, v_at);
	v_self boolean := api.finding_self(f);
	v_to text := api.transition_find('finding', p_command, p_outcome, f.state, api.role(), f.severity, v_self, v_due, p_kind);
BEGIN
	-- a device that repeats an act it has lost the answer of is told so, not that the state is wrong by now
	IF EXISTS (SELECT FROM hz.finding_act WHERE id = (p_body ->> 'id')::uuid) THEN
		PERFORM api.refuse('HZ409', '{"code": "id_exists"}');
	END IF;
	IF v_to IS NULL THEN
		IF api.transition_find('finding', p_command, p_outcome, f.state, NULL, f.severity, v_self, v_due, p_kind) IS NOT NULL THEN
			PERFORM api.refuse('HZ403', '{"code": "forbidden"}');
		END IF;
		PERFORM api.refuse_state(f.state, api.finding_allowed(f, v_at));
	END IF;
	PERFORM api.finding_check_plan(f, v_to);
	RETURN v_to;
END $$;

-- Gives p_command on the finding p_id: locks it, checks state, role and time, moves it, records the act, and returns the act.
-- p_body: the request (id, occurred_at, note, attachments). p_detail: what else the act records. p_faults: what else is wrong. p_next_round: a new round begins.
-- p_merged_into: only for merges. The deadline of a new round is set by the caller afterwards (api.order_next). p_kind: for commands whose
-- rows have kinds. p_beside: for an act beside the state, the moment it may not be before; no later step has to wait for such an act.
-- What is no longer open is no longer listed for supervision (挂牌督办): that is recorded as an act of its own.
CREATE FUNCTION api.finding_move(p_id uuid, p_command text, p_outcome text, p_body jsonb, p_detail jsonb DEFAULT '{}',
	p_next_round boolean DEFAULT false, p_merged_into uuid DEFAULT NULL, p_faults jsonb DEFAULT '[]',
	p_kind text DEFAULT NULL, p_beside timestamptz DEFAULT NULL)
RETURNS hz.finding_act
LANGUAGE plpgsql AS $$
DECLARE
	f hz.finding := api.finding_lock(p_id);
	v_to text := api.finding_check(f, p_command, p_outcome, p_body, p_kind);
	v_at timestamptz := api.occurred_at(p_body, coalesce(p_beside, f.last_act_at));
	v_ends boolean := v_to <> f.state AND v_to IN ('closed', 'dismissed', 'merged', 'voided', 'terminated', 'transferred');
	v_detail jsonb := p_detail;
	t hz.finding;
	a hz.finding_act;
BEGIN
	PERFORM api.refuse_faults(p_faults || api.body_attachment_faults(p_body,
		-- who says it is put right shows it
		CASE WHEN p_command IN ('corrections', 'self-acceptances') THEN 'after' END));
	IF p_body ? 'attachments' THEN
		v_detail := p_detail || jsonb_strip_nulls(jsonb_build_object('evidence', api.attachment_digests(p_body -> 'attachments')));
	END IF;
	a.id := api.body_id(p_body);
	a.note := p_body ->> 'note';
	PERFORM api.act_begin(p_id, p_command, v_at, coalesce(p_body ->> 'reason', a.note),
		jsonb_strip_nulls(jsonb_build_object('act_id', a.id, 'outcome', nullif(p_outcome, ''), 'round', f.round) || v_detail));
	UPDATE hz.finding
	   SET state = v_to,
	       round = round + p_next_round::int,
	       merged_into = coalesce(p_merged_into, merged_into),
	       supervised = CASE WHEN p_command = 'supervisions' THEN p_outcome = 'list' ELSE supervised AND NOT v_ends END,
	       spot_check = CASE p_command WHEN 'self-acceptances' THEN 'none' WHEN 'spot-checks' THEN p_outcome ELSE spot_check END,
	       last_act_at = CASE WHEN p_beside IS NULL THEN greatest(last_act_at, v_at) ELSE last_act_at END,
	       closed_at = CASE WHEN v_to = f.state THEN closed_at WHEN v_ends THEN v_at END,
	       closed_by = CASE WHEN v_to = f.state THEN closed_by WHEN v_ends THEN p_command END,
	       reinspected = reinspected + (p_command = 'reinspections')::int,
	       reinspection_failed = reinspection_failed + (p_command = 'reinspections' AND p_outcome = 'failed')::int,
	       version = version + 1,
	       updated_at = api.now()
	 WHERE id = p_id
	RETURNING * INTO t;
	INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, outcome, round, from_state, to_state,
		actor_id, role, occurred_at, recorded_at, note, detail)
	VALUES (a.id, p_id, f.district, f.institution_id, p_command, p_outcome, f.round, f.state, v_to,
		api.me(), api.role(), v_at, api.now(), a.note, v_detail)
	RETURNING * INTO a;
	IF f.supervised AND v_ends THEN
		INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, outcome, round, from_state, to_state,
			actor_id, role, occurred_at, recorded_at, detail)
		VALUES (api.uuid_v7(), p_id, f.district, f.institution_id, 'supervisions', 'lift', f.round, v_to, v_to,
			api.me(), api.role(), v_at, api.now(), jsonb_build_object('reason', '隐患已了结，随之解除挂牌', 'because', a.id));
	END IF;
	IF p_body ? 'attachments' THEN
		PERFORM api.attachment_links(p_body -> 'attachments', 'finding_act', a.id, p_id, NULL, f.institution_id, f.district, '/attachments');
	END IF;
	PERFORM api.clocks_follow(t, p_command, v_at);
	PERFORM api.extensions_lapse(p_id, p_command, v_at) WHERE NOT t.is_open OR t.state = 'awaiting_closure' OR t.round <> f.round;
	RETURN a;
END $$;
