-- Inspections: what they look like, who may act on them, and the one function that moves them.

CREATE FUNCTION api.inspection_missed(i hz.inspection) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT i.state = 'planned' AND i.planned_on < api.today() $$;

CREATE FUNCTION api.inspection_json(i hz.inspection) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', i.id,
		'institution_id', i.institution_id,
		'institution_name', (SELECT name FROM hz.institution WHERE id = i.institution_id),
		'institution_type', i.institution_type,
		'district', i.district,
		'street', i.street,
		'kind', i.kind,
		'method', i.method,
		'state', i.state,
		'missed', api.inspection_missed(i),
		'task_source', i.task_source,
		'planned_on', i.planned_on,
		'campaign_id', i.campaign_id,
		'checklist_id', i.checklist_id,
		'inspectors', (SELECT coalesce(json_agg(json_build_object('actor_id', p.actor_id, 'name', p.name,
				'certificate_no', p.certificate_no) ORDER BY p.n), '[]')
			FROM hz.inspection_inspector p WHERE p.inspection_id = i.id),
		'accompanying', i.accompanying,
		'place', i.place,
		'credentials_shown', i.credentials_shown,
		'noticed_at', api.ts(i.noticed_at),
		'started_at', api.ts(i.started_at),
		'ended_at', api.ts(i.ended_at),
		'conclusion', i.conclusion,
		'recorded_at', api.ts(i.recorded_at),
		'finding_count', (SELECT count(*) FROM hz.finding f WHERE f.inspection_id = i.id),
		'note', i.note,
		'created_by', i.created_by,
		'created_at', api.ts(i.created_at),
		'updated_at', api.ts(i.updated_at),
		'version', i.version)
$$;

CREATE FUNCTION api.inspection_act_json(a hz.inspection_act) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT (jsonb_build_object('id', a.id, 'inspection_id', a.inspection_id, 'state', a.to_state, 'actor_id', a.actor_id,
		'occurred_at', api.ts(a.occurred_at), 'recorded_at', api.ts(a.recorded_at), 'note', a.note,
		'attachments', api.attachments_json('inspection_act', a.id)) || a.detail)::json
$$;

-- The visits that name p_actor. As the owner, because the policy of the names asks for each visit anew; it tells ids only, and
-- whoever uses it reads the visits themselves under their own policy.
CREATE FUNCTION api.inspections_of(p_actor uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT inspection_id FROM hz.inspection_inspector WHERE actor_id = p_actor
$$;

-- Whether the caller has a part in this visit: by role and kind, and as an inspector only when named on it.
CREATE FUNCTION api.inspection_mine(i hz.inspection) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT api.transition_find('inspection', 'create', '', '-', api.role(), p_kind => i.kind) IS NOT NULL
	   AND (api.role() <> 'inspector' OR EXISTS (
		SELECT FROM hz.inspection_inspector p WHERE p.inspection_id = i.id AND p.actor_id = api.me()))
$$;

-- The commands the caller may give on it now.
CREATE FUNCTION api.inspection_allowed(i hz.inspection) RETURNS text[]
LANGUAGE sql STABLE AS $$
	SELECT api.transition_allowed('inspection', i.state, api.role(), p_kind => i.kind)
$$;

-- The row, locked; 404 when it is not there or not in scope.
CREATE FUNCTION api.inspection_lock(p_id uuid) RETURNS hz.inspection
LANGUAGE plpgsql AS $$
DECLARE
	i hz.inspection;
BEGIN
	SELECT * INTO i FROM hz.inspection WHERE id = p_id FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	RETURN i;
END $$;

-- Where p_command leads from here: 403 for whoever has no part in this visit, 409 when it leads nowhere from this state.
CREATE FUNCTION api.inspection_check(i hz.inspection, p_command text, p_outcome text DEFAULT '') RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_to text := api.transition_find('inspection', p_command, p_outcome, i.state, api.role(), p_kind => i.kind);
BEGIN
	IF NOT api.inspection_mine(i) THEN
		PERFORM api.refuse('HZ403', '{"code": "forbidden"}');
	ELSIF v_to IS NULL THEN
		PERFORM api.refuse_state(i.state, api.inspection_allowed(i));
	END IF;
	RETURN v_to;
END $$;

-- When an act happened: as it says, or as its own time (p_member) says, or now.
CREATE FUNCTION api.act_at(p_body jsonb, p_after timestamptz, p_member text) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
	SELECT api.occurred_at(p_body, p_after, CASE WHEN p_body ? p_member AND NOT p_body ? 'occurred_at' THEN p_member ELSE 'occurred_at' END)
$$;

-- Moves a locked inspection to p_to and records the act. p_set: columns this act fills (noticed_at, place, credentials_shown,
-- started_at, ended_at, conclusion, recorded_at, cancel_reason); p_detail: what the record says beside time, actor and note.
CREATE FUNCTION api.inspection_move(i hz.inspection, p_command text, p_to text, p_at timestamptz, p_body jsonb, p_detail jsonb,
	p_set jsonb DEFAULT '{}')
RETURNS hz.inspection_act
LANGUAGE plpgsql AS $$
DECLARE
	s hz.inspection := jsonb_populate_record(NULL::hz.inspection, p_set);
	v_items jsonb := api.body_attachments(p_body);
	v_payload jsonb := p_detail;
	a hz.inspection_act;
BEGIN
	PERFORM api.refuse_faults(api.body_attachment_faults(p_body));
	IF v_items IS NOT NULL THEN
		v_payload := p_detail || jsonb_strip_nulls(jsonb_build_object('evidence', api.attachment_digests(v_items)));
	END IF;
	a.id := api.body_id(p_body);
	PERFORM api.act_begin(i.id, p_command, p_at, coalesce(p_body ->> 'reason', p_body ->> 'note'),
		jsonb_build_object('act_id', a.id) || v_payload);
	UPDATE hz.inspection
	   SET state = p_to,
	       noticed_at = coalesce(s.noticed_at, noticed_at),
	       place = coalesce(s.place, place),
	       credentials_shown = coalesce(s.credentials_shown, credentials_shown),
	       started_at = coalesce(s.started_at, started_at),
	       ended_at = coalesce(s.ended_at, ended_at),
	       conclusion = coalesce(s.conclusion, conclusion),
	       recorded_at = coalesce(s.recorded_at, recorded_at),
	       cancel_reason = coalesce(s.cancel_reason, cancel_reason),
	       last_act_at = greatest(last_act_at, p_at),
	       version = version + 1,
	       updated_at = api.now()
	 WHERE id = i.id;
	INSERT INTO hz.inspection_act (id, inspection_id, district, command, from_state, to_state, actor_id, occurred_at, recorded_at,
		note, detail)
	VALUES (a.id, i.id, i.district, p_command, i.state, p_to, api.me(), p_at, api.now(), p_body ->> 'note', p_detail)
	RETURNING * INTO a;
	PERFORM api.attachment_links(v_items, 'inspection_act', a.id, NULL, i.id, i.institution_id, i.district, '/attachments');
	RETURN a;
END $$;

-- Volatile, so that it sees the evidence linked by the move that stands in its argument.
CREATE FUNCTION api.inspection_act_answer(a hz.inspection_act) RETURNS api.answer
LANGUAGE sql VOLATILE AS $$
	SELECT ROW(201, api.inspection_act_json(a), NULL, '/v1/inspections/' || a.inspection_id || '/' || a.command)::api.answer
$$;

CREATE FUNCTION api.inspection_kind_name(p_kind text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE p_kind WHEN 'routine' THEN '日常检查' WHEN 'special' THEN '专项检查' WHEN 'case' THEN '个案检查'
		WHEN 'patrol' THEN '巡查走访' WHEN 'supervision' THEN '督查' WHEN 'self' THEN '自查'
		WHEN 'sweep' THEN '事故隐患大扫除' ELSE '安全红袖章巡查' END
$$;
