-- 交办: to a handler, or to a street office, which learns the task and nothing else, and must report back.

CREATE FUNCTION api.report_assignment_json(a hz.report_assignment, p_today date) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', a.id, 'report_id', a.report_id, 'n', a.n, 'district', a.district, 'handler_id', a.handler_id,
		'handler_name', (SELECT name FROM hz.actor WHERE id = a.handler_id), 'street', a.street, 'task', a.task, 'due_on', a.due_on,
		'overdue', coalesce(a.replied_at IS NULL AND a.street IS NOT NULL AND a.due_on < p_today, false), 'assigned_by', a.assigned_by,
		'assigned_at', api.ts(a.assigned_at), 'reply', a.reply, 'replied_by', a.replied_by, 'replied_at', api.ts(a.replied_at))
$$;

-- What a street owes an answer by, as a clock of the report: for the worklist.
CREATE FUNCTION api.assignment_clock(a hz.report_assignment) RETURNS hz.report_clock
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_from CONSTANT date := api.day(a.assigned_at);
	l CONSTANT hz.time_limit := api.time_limit('report_assignment', a.district, v_from);
	c hz.report_clock;
BEGIN
	c.id := a.id;
	c.report_id := a.report_id;
	c.district := a.district;
	c.kind := 'report_assignment';
	c.title := l.title;
	c.limit_region := l.region;
	c.limit_edition := l.edition;
	c.started_on := v_from;
	c.due_on := a.due_on;
	c.explanation := jsonb_build_array(
		jsonb_build_object('step', 'event', 'date', v_from, 'basis', NULL, 'text', '交办街道：自交办之日起'),
		jsonb_build_object('step', 'result', 'date', a.due_on, 'basis', api.time_limit_basis(l), 'text', a.due_on || ' 24 时到期，次日起为逾期'));
	c.provisional := false;
	RETURN c;
END $$;

-- May this account be given the report? It holds a handler's key for the district, in force, and has no conflict.
CREATE FUNCTION api.report_handler_fits(p_id uuid, p_actor uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT EXISTS (SELECT FROM hz.report r JOIN hz.api_key k ON k.districts @> ARRAY[r.district] JOIN hz.actor a ON a.id = k.actor_id
		WHERE r.id = p_id AND k.actor_id = p_actor AND k.role = 'handler' AND k.revoked_at IS NULL
		  AND (k.expires_at IS NULL OR k.expires_at > api.now()) AND a.disabled_at IS NULL
		  AND api.key_reaches(k, r.institution_id, r.institution_type, r.street) AND api.report_clear_of(a.id, r.institution_id, r.named_names, r.named_actors))
$$;

CREATE FUNCTION api.report_assignment_faults(r api.report_shown, p_body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_faults jsonb := '[]';
BEGIN
	IF (p_body ->> 'handler_id' IS NULL) = (p_body ->> 'street' IS NULL) THEN
		v_faults := v_faults || api.fault('/handler_id', 'required', '请写明交给谁：`handler_id`（办理人）或 `street`（街道），二者之一');
	ELSIF p_body ? 'handler_id' AND NOT api.report_handler_fits(r.id, (p_body ->> 'handler_id')::uuid) THEN
		v_faults := v_faults || api.fault('/handler_id', 'unknown_reference', '没有这个办理人，或者这件举报不能由其办理');
	ELSIF p_body ? 'street' AND NOT EXISTS (SELECT FROM hz.region WHERE code = p_body ->> 'street' AND parent = r.district) THEN
		v_faults := v_faults || api.fault('/street', 'unknown_reference', '这个区县没有这个街道');
	END IF;
	IF (p_body ->> 'due_on')::date < api.today() THEN
		v_faults := v_faults || api.fault('/due_on', 'date_in_past', '期限不得早于今天');
	END IF;
	IF p_body ? 'street' AND api.report_quoted(r.id, p_body ->> 'task') THEN
		v_faults := v_faults || api.fault('/task', 'quotes_report', '照抄了举报的原文，会暴露来源；请另写要求');
	END IF;
	RETURN v_faults;
END $$;

CREATE FUNCTION api.report_assign(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	r CONSTANT api.report_shown := api.report_lock(p_id);
	l CONSTANT hz.time_limit := api.time_limit('report_assignment', r.district, api.today());
	m CONSTANT hz.report_act := api.report_move(p_id, 'assignments', '', p_body, p_faults => api.report_assignment_faults(r, p_body));
	a hz.report_assignment;
BEGIN
	INSERT INTO hz.report_assignment (report_id, district, n, handler_id, street, task, due_on, assigned_by, assigned_at)
	SELECT r.id, r.district, 1 + coalesce(max(n), 0), (p_body ->> 'handler_id')::uuid, p_body ->> 'street', p_body ->> 'task',
	       coalesce((p_body ->> 'due_on')::date, CASE WHEN p_body ? 'street' THEN api.period_end(api.today(), l.amount, l.day_kind) END),
	       api.me(), m.recorded_at
	  FROM hz.report_assignment WHERE report_id = r.id
	RETURNING * INTO a;
	IF a.handler_id IS NOT NULL THEN
		UPDATE hz.report SET handler_id = a.handler_id WHERE id = r.id;
	END IF;
	RETURN ROW(201, api.json_add(api.report_assignment_json(a, api.today()), 'state', to_json(m.to_state)), NULL,
		'/v1/whistleblower-reports/' || r.id || '/assignments')::api.answer;
END $$;

CREATE FUNCTION api.report_assignments(p_id uuid, p_limit bigint, p_after text, OUT items json, OUT next_key json)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	r CONSTANT api.report_shown := api.report_open(p_id, 'acts_read');
BEGIN
	SELECT json_agg(api.report_assignment_json(p.a, api.today()) ORDER BY (p.a).n) FILTER (WHERE p.i <= p_limit),
	       CASE WHEN count(*) > p_limit THEN json_agg(json_build_array((p.a).n::text)) FILTER (WHERE p.i = p_limit) -> 0 END
	  INTO items, next_key
	  FROM (SELECT a, row_number() OVER (ORDER BY a.n) AS i FROM hz.report_assignment a
		 WHERE a.report_id = p_id AND a.n > coalesce(p_after::int, 0) ORDER BY a.n LIMIT p_limit + 1) p;
END $$;

-- The street's answer. As the owner, because a street sees its assignment but never the report; what it may see is asked here.
CREATE FUNCTION api.report_reply(p_id uuid, p_assignment uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	a hz.report_assignment;
BEGIN
	PERFORM FROM hz.report WHERE id = p_id FOR UPDATE;	-- before what hangs on it, as everywhere
	SELECT * INTO a FROM hz.report_assignment WHERE id = p_assignment AND report_id = p_id FOR UPDATE;
	IF NOT FOUND OR a.street IS NULL OR a.street <> ALL (api.streets()) OR a.district <> ALL (api.districts()) OR api.report_names_me(p_id) THEN
		PERFORM api.refuse_not_found();
	ELSIF a.replied_at IS NOT NULL THEN
		PERFORM api.refuse_state('replied', '{}');
	END IF;
	PERFORM api.report_move(p_id, 'replies');
	UPDATE hz.report_assignment SET reply = p_body ->> 'reply', replied_by = api.me(), replied_at = api.hour(api.now())
	 WHERE id = a.id RETURNING * INTO a;
	RETURN ROW(201, json_build_object('assignment_id', a.id, 'state', 'replied', 'reply', a.reply, 'actor_id', a.replied_by,
		'recorded_at', api.ts(a.replied_at)), NULL, '/v1/whistleblower-report-assignments')::api.answer;
END $$;
