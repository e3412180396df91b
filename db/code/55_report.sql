-- Reports (安全吹哨人): what staff see of them. How they come in: 58; how they move: 57.

-- All of a report but what nobody may see: the receipt, the sealed identity, the pseudonym. A view of the caller's, so that the
-- policies of hz.report stay in force.
CREATE VIEW api.report_shown WITH (security_invoker = true) AS
SELECT id, district, institution_id, institution_type, street, institution_name, mode, audience, subject_kind, category, description,
       happened_at, channel, external_number, state, state_before, paused_at, signed_at, result, named_persons, handler_id, merged_into,
       taken_by, hold_reason, received_at, ended_at, version, updated_at
  FROM hz.report;
GRANT SELECT ON api.report_shown TO hz_api;
GRANT UPDATE (version) ON api.report_shown TO hz_api;	-- for FOR UPDATE

-- Does what hangs on report p_id go into the file that is being made, if one is? For the same tables.
CREATE FUNCTION api.report_in_file(p_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT current_setting('app.export', true) IS DISTINCT FROM 'yes'
	    OR (SELECT r.category IS NULL OR api.category_shown(r.category) FROM hz.report r WHERE r.id = p_id)
$$;

-- What the rows of its state machine and its time limits tell apart.
CREATE FUNCTION api.report_kind(p_audience text, p_channel text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE p_audience WHEN 'institution' THEN 'institution' ELSE p_channel END $$;

-- Clocks stand still from the day of a pause, but for the one the reporter is given, and a street's.
CREATE FUNCTION api.report_clock_day(p_kind text, p_paused_at timestamptz, p_today date) RETURNS date
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN p_paused_at IS NULL OR p_kind IN ('report_supplement', 'report_assignment') THEN p_today ELSE least(api.day(p_paused_at), p_today) END
$$;

CREATE FUNCTION api.report_clock_json(c hz.report_clock, p_paused_at timestamptz, p_today date) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('kind', c.kind, 'title', c.title, 'started_on', c.started_on, 'deadline', c.due_on,
		'running', c.ended_on IS NULL, 'paused', c.ended_on IS NULL AND p_paused_at IS NOT NULL AND c.kind <> 'report_supplement',
		'overdue', coalesce(c.ended_on, api.report_clock_day(c.kind, p_paused_at, p_today)) > c.due_on,
		'days_left', CASE WHEN c.ended_on IS NULL THEN c.due_on - api.report_clock_day(c.kind, p_paused_at, p_today) END,
		'paused_days', c.paused_days, 'ended_on', c.ended_on, 'ended_by', c.ended_by, 'explanation', c.explanation)
$$;

-- The members of a report in a list and by itself, in order; tables for LIKE, without rows.
CREATE TABLE api.report_item (
	id uuid, district text, street text, institution_id uuid, institution_name text, institution_type text, mode text, audience text,
	subject_kind text, category text, description text, occurred_at text, channel text, external_number text, state text, result text,
	paused boolean, handler_id uuid, handler_name text, deadline date, overdue boolean, days_left int, finding_count int, open_finding_count int,
	merged_into uuid, received_at text, ended_at text, version bigint
);
CREATE TABLE api.report_whole (LIKE api.report_item, signed_at text, named_persons jsonb, taken_by uuid, hold_reason text, message_count int,
	files json, findings json, assignments json, clocks json, allowed text[]);

CREATE FUNCTION api.report_item(r api.report_shown, p_today date) RETURNS api.report_item
LANGUAGE plpgsql STABLE AS $$
DECLARE
	-- an institution that answers what was told to it sees nothing of the bureau's handling
	v_office CONSTANT boolean := api.role() <> 'institution';
	c hz.report_clock;
	i api.report_item;
BEGIN
	SELECT * INTO c FROM hz.report_clock WHERE report_id = r.id AND ended_on IS NULL ORDER BY due_on, kind LIMIT 1;
	i := ROW(r.id, r.district, r.street, r.institution_id,
		coalesce((SELECT name FROM hz.institution WHERE id = r.institution_id), r.institution_name), r.institution_type, r.mode, r.audience,
		r.subject_kind, r.category, r.description, api.ts(r.happened_at), r.channel, r.external_number, r.state, r.result,
		r.paused_at IS NOT NULL, CASE WHEN v_office THEN r.handler_id END,
		CASE WHEN v_office THEN (SELECT name FROM hz.actor WHERE id = r.handler_id) END, c.due_on,
		coalesce(c.due_on < api.report_clock_day(c.kind, r.paused_at, p_today), false), c.due_on - api.report_clock_day(c.kind, r.paused_at, p_today),
		0, 0, r.merged_into, api.ts(r.received_at), api.ts(r.ended_at), r.version)::api.report_item;
	IF v_office THEN
		SELECT count(*), count(*) FILTER (WHERE f.is_open) INTO i.finding_count, i.open_finding_count
		  FROM hz.report_finding l JOIN hz.finding f ON f.id = l.finding_id WHERE l.report_id = r.id;
	END IF;
	RETURN i;
END $$;

CREATE FUNCTION api.report_json(r api.report_shown, p_today date) RETURNS json
LANGUAGE sql STABLE AS $$ SELECT row_to_json(api.report_item(r, p_today)) $$;

-- The commands the caller may give now: those of the state, without what cannot be done twice or has nothing to work on.
CREATE FUNCTION api.report_allowed(r api.report_shown) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v text[] := api.transition_allowed('whistleblower_report', r.state, api.role(), p_kind => api.report_kind(r.audience, r.channel));
BEGIN
	IF r.signed_at IS NOT NULL THEN
		v := array_remove(v, 'sign-offs');
	END IF;
	IF r.paused_at IS NOT NULL THEN
		v := array_remove(array_remove(v, 'pauses'), 'extensions');
	ELSE
		v := array_remove(v, 'resumptions');
	END IF;
	RETURN array_remove(v, CASE WHEN r.hold_reason IS NULL THEN 'releases' ELSE 'holds' END);
END $$;

CREATE FUNCTION api.report_detail(r api.report_shown) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_today CONSTANT date := api.today();
	v_office CONSTANT boolean := api.role() <> 'institution';
	w api.report_whole;
BEGIN
	w := jsonb_populate_record(NULL::api.report_whole, to_jsonb(api.report_item(r, v_today)));
	w.signed_at := api.ts(r.signed_at);
	w.named_persons := CASE WHEN v_office THEN r.named_persons ELSE '[]' END;
	w.taken_by := CASE WHEN v_office THEN r.taken_by END;
	w.hold_reason := CASE WHEN v_office THEN r.hold_reason END;
	w.message_count := (SELECT count(*) FROM hz.report_message WHERE report_id = r.id);
	w.files := (SELECT coalesce(json_agg(json_build_object('n', f.n, 'author', f.author, 'attachment_id', f.attachment_id,
			'sent_at', api.ts(f.sent_at)) ORDER BY f.n), '[]') FROM hz.report_file f WHERE f.report_id = r.id);
	w.findings := (SELECT coalesce(json_agg(json_build_object('id', f.id, 'state', f.state, 'open', f.is_open) ORDER BY f.id), '[]')
		  FROM hz.report_finding l JOIN hz.finding f ON f.id = l.finding_id WHERE l.report_id = r.id AND v_office);
	w.assignments := (SELECT coalesce(json_agg(api.report_assignment_json(a, v_today) ORDER BY a.n), '[]')
		  FROM hz.report_assignment a WHERE a.report_id = r.id AND v_office);
	w.clocks := (SELECT coalesce(json_agg(api.report_clock_json(c, r.paused_at, v_today) ORDER BY c.started_on, c.due_on, c.kind), '[]')
		  FROM hz.report_clock c WHERE c.report_id = r.id);
	w.allowed := api.report_allowed(r);
	RETURN row_to_json(w);
END $$;

-- The report the caller is about to read something of, which is logged as p_what; 404 when it is not there or not the caller's to see.
CREATE FUNCTION api.report_open(p_id uuid, p_what text) RETURNS api.report_shown
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	r api.report_shown;
BEGIN
	SELECT * INTO r FROM api.report_shown WHERE id = p_id;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	PERFORM api.audit(p_what, r.id, r.district);
	RETURN r;
END $$;

CREATE FUNCTION api.report_read(p_id uuid) RETURNS api.answer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	r CONSTANT api.report_shown := api.report_open(p_id, 'report_read');
BEGIN
	RETURN ROW(200, api.report_detail(r), r.version, NULL)::api.answer;
END $$;

-- p_actor: the actor's name. Who came with a receipt has none.
CREATE FUNCTION api.report_act_json(a hz.report_act, p_actor text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', a.id, 'report_id', a.report_id, 'n', a.n, 'act', a.command, 'result', nullif(a.outcome, ''),
		'from_state', a.from_state, 'state', a.to_state, 'actor_id', a.actor_id, 'actor_name', p_actor, 'role', a.role,
		'occurred_at', api.ts(a.occurred_at), 'recorded_at', api.ts(a.recorded_at), 'reason_code', a.reason_code,
		'reason', (SELECT title_zh FROM hz.report_reason WHERE command = a.command AND code = a.reason_code), 'note', a.note,
		'text', a.detail ->> 'text', 'to', a.detail ->> 'to', 'number', a.detail ->> 'number', 'method', a.detail ->> 'method',
		'finding_id', a.detail ->> 'finding_id', 'into', a.detail ->> 'into', 'new_deadline', a.detail ->> 'new_deadline')
$$;

CREATE FUNCTION api.report_act_answer(a hz.report_act) RETURNS api.answer
LANGUAGE sql VOLATILE AS $$
	SELECT 201, api.report_act_json(a, (SELECT name FROM hz.actor WHERE id = a.actor_id)), NULL::bigint,
	       '/v1/whistleblower-reports/' || a.report_id || '/' || a.command
$$;

-- The records of one command on a report, in order. Logged.
CREATE FUNCTION api.report_acts(p_id uuid, p_command text, p_limit bigint, p_after text, OUT items json, OUT next_key json)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM api.report_open(p_id, 'acts_read');
	SELECT json_agg(api.report_act_json(p.a, p.name) ORDER BY (p.a).n) FILTER (WHERE p.i <= p_limit),
	       CASE WHEN count(*) > p_limit THEN json_agg(json_build_array((p.a).n::text)) FILTER (WHERE p.i = p_limit) -> 0 END
	  INTO items, next_key
	  FROM (SELECT a, r.name, row_number() OVER (ORDER BY a.n) AS i
		  FROM hz.report_act a LEFT JOIN hz.actor r ON r.id = a.actor_id
		 WHERE a.report_id = p_id AND a.command = p_command AND a.n > coalesce(p_after::int, 0)
		 ORDER BY a.n LIMIT p_limit + 1) p;
END $$;
