-- Planning a visit: creating, changing and calling it off, telling the institution.

-- Visits under the Administrative Penalty Law's rule for two: those of the bureau's certified inspectors.
CREATE FUNCTION api.inspection_administrative(p_kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT p_kind IN ('routine', 'special', 'case') $$;

-- Visits an institution makes to itself. All others are the office's, the street's among them.
CREATE FUNCTION api.inspection_own(p_kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT p_kind IN ('self', 'sweep', 'red_armband') $$;

-- Faults of the inspectors named in a body.
CREATE FUNCTION api.inspectors_faults(p_kind text, p_inspectors jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(f.fault ORDER BY e.n), '[]')
	  FROM jsonb_array_elements(p_inspectors) WITH ORDINALITY e (value, n)
	 CROSS JOIN LATERAL (SELECT '/inspectors/' || e.n - 1 AS at, (e.value ->> 'actor_id')::uuid AS actor_id) v
	 CROSS JOIN LATERAL (SELECT CASE
		WHEN v.actor_id IS NULL AND NOT e.value ? 'name'
			THEN api.fault(v.at, 'rule_violated', '须写明账户（actor_id）或姓名（name）')
		WHEN v.actor_id IS NOT NULL AND NOT EXISTS (SELECT FROM hz.actor a WHERE a.id = v.actor_id)
			THEN api.fault(v.at || '/actor_id', 'unknown_reference', '没有这个账户')
		WHEN v.actor_id IS NULL AND api.inspection_administrative(p_kind) AND NOT e.value ? 'certificate_no'
			THEN api.fault(v.at, 'rule_violated', '没有账户的检查人员须写明执法证号（certificate_no）')
		WHEN EXISTS (SELECT FROM jsonb_array_elements(p_inspectors) WITH ORDINALITY o (value, n)
				WHERE o.n < e.n AND (o.value ->> 'actor_id')::uuid = v.actor_id)
			THEN api.fault(v.at || '/actor_id', 'rule_violated', '同一检查人员写了两次')
		END AS fault) f
	 WHERE f.fault IS NOT NULL
$$;

-- Faults of the checklist: unknown, made for another type of institution, or for the other side's visits.
CREATE FUNCTION api.inspection_checklist_faults(p_checklist_id uuid, p_institution_type text, p_kind text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT CASE
		WHEN p_checklist_id IS NULL THEN '[]'
		WHEN NOT EXISTS (SELECT FROM hz.checklist WHERE id = p_checklist_id)
			THEN jsonb_build_array(api.fault('/checklist_id', 'unknown_reference', '没有这份检查表'))
		WHEN EXISTS (SELECT FROM hz.checklist WHERE id = p_checklist_id AND institution_type <> p_institution_type)
			THEN jsonb_build_array(api.fault('/checklist_id', 'rule_violated', '这份检查表不适用于该类机构'))
		WHEN EXISTS (SELECT FROM hz.checklist
				WHERE id = p_checklist_id AND audience <> CASE WHEN api.inspection_own(p_kind) THEN 'institution' ELSE 'office' END)
			THEN jsonb_build_array(api.fault('/checklist_id', 'rule_violated', CASE WHEN api.inspection_own(p_kind)
				THEN '这份检查表供民政部门检查使用，机构自查、大扫除、红袖章巡查请选用自查表'
				ELSE '这份是机构的自查表，民政部门和街道检查请选用检查表' END))
		ELSE '[]' END
$$;

-- Replaces the inspectors of a visit; the caller stands first when p_with_me and not named anyway.
CREATE FUNCTION api.inspection_inspectors_put(p_id uuid, p_district text, p_inspectors jsonb, p_with_me boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM hz.inspection_inspector WHERE inspection_id = p_id;
	IF p_with_me AND NOT EXISTS (SELECT FROM jsonb_array_elements(p_inspectors) e WHERE (e ->> 'actor_id')::uuid = api.me()) THEN
		p_inspectors := jsonb_build_array(jsonb_build_object('actor_id', api.me())) || p_inspectors;
	END IF;
	INSERT INTO hz.inspection_inspector (inspection_id, district, n, actor_id, name, certificate_no)
	SELECT p_id, p_district, e.n, a.id, coalesce(e.value ->> 'name', a.name), coalesce(e.value ->> 'certificate_no', a.certificate_no)
	  FROM jsonb_array_elements(p_inspectors) WITH ORDINALITY e (value, n)
	  LEFT JOIN hz.actor a ON a.id = (e.value ->> 'actor_id')::uuid;
END $$;

CREATE FUNCTION api.inspection_create(p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	n hz.institution;
	i hz.inspection;
	v_inspectors jsonb := coalesce(p_body -> 'inspectors', '[]');
	v_at timestamptz := api.occurred_at(p_body, NULL);
	v_planned date := coalesce((p_body ->> 'planned_on')::date, api.day(v_at));
BEGIN
	IF api.transition_find('inspection', 'create', '', '-', api.role(), p_kind => p_body ->> 'kind') IS NULL THEN
		PERFORM api.refuse('HZ403', '{"code": "forbidden"}');
	END IF;
	SELECT * INTO n FROM hz.institution WHERE id = (p_body ->> 'institution_id')::uuid;
	PERFORM api.refuse_faults(
		CASE WHEN n.id IS NULL
			THEN jsonb_build_array(api.fault('/institution_id', 'unknown_reference', '没有这家机构，或不在您的范围内')) ELSE '[]' END
		|| api.inspection_checklist_faults((p_body ->> 'checklist_id')::uuid, coalesce(n.type, ''), p_body ->> 'kind')
		|| api.inspection_campaign_faults((p_body ->> 'campaign_id')::uuid, n.district, v_planned)
		|| api.inspectors_faults(p_body ->> 'kind', v_inspectors));

	i.id := api.body_id(p_body);
	PERFORM api.act_begin(i.id, 'created', v_at, p_body ->> 'note', jsonb_build_object('inspectors', v_inspectors));
	INSERT INTO hz.inspection (id, district, institution_id, institution_type, street, kind, method, task_source, planned_on,
		campaign_id, checklist_id, state, accompanying, note, created_at, created_by, updated_at)
	VALUES (i.id, n.district, n.id, n.type, n.street, p_body ->> 'kind', coalesce(p_body ->> 'method', 'ordinary'),
		p_body ->> 'task_source', v_planned, (p_body ->> 'campaign_id')::uuid, (p_body ->> 'checklist_id')::uuid,
		'planned', api.accompanying(p_body -> 'accompanying'), p_body ->> 'note', api.now(), api.me(), api.now())
	RETURNING * INTO i;
	PERFORM api.inspection_inspectors_put(i.id, i.district, v_inspectors, api.role() = 'inspector');
	RETURN ROW(201, api.inspection_json(i), i.version, '/v1/inspections/' || i.id)::api.answer;
END $$;

-- [{name, post}] with post always there.
CREATE FUNCTION api.accompanying(p_people jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('name', e.value ->> 'name', 'post', e.value ->> 'post') ORDER BY e.n), '[]')
	  FROM jsonb_array_elements(p_people) WITH ORDINALITY e (value, n)
$$;

CREATE FUNCTION api.inspection_patch(p_id uuid, p_if_match bigint, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	i hz.inspection := api.inspection_lock(p_id);
	v_campaign uuid := api.patched(p_body, 'campaign_id', i.campaign_id::text);
BEGIN
	IF NOT api.inspection_mine(i) THEN
		PERFORM api.refuse('HZ403', '{"code": "forbidden"}');
	END IF;
	PERFORM api.version_check(p_if_match, i.version);
	IF i.state <> 'planned' THEN
		PERFORM api.refuse_state(i.state, api.inspection_allowed(i));
	END IF;
	PERFORM api.refuse_faults(
		api.inspection_checklist_faults((p_body ->> 'checklist_id')::uuid, i.institution_type, i.kind)
		|| CASE WHEN p_body ?| '{campaign_id,planned_on}' THEN api.inspection_campaign_faults(v_campaign, i.district,
			coalesce((p_body ->> 'planned_on')::date, i.planned_on)) ELSE '[]' END
		|| api.inspectors_faults(i.kind, coalesce(p_body -> 'inspectors', '[]'))
		|| api.inspection_method_faults(i, p_body ->> 'method'));
	IF p_body ? 'inspectors' THEN
		PERFORM api.inspection_inspectors_put(i.id, i.district, p_body -> 'inspectors', api.role() = 'inspector' AND i.created_by = api.me());
	END IF;
	PERFORM api.act_begin(i.id, 'changed', api.now(), NULL,
		CASE WHEN p_body ? 'inspectors' THEN jsonb_build_object('inspectors', p_body -> 'inspectors') ELSE '{}' END);
	UPDATE hz.inspection
	   SET method = api.patched(p_body, 'method', method),
	       task_source = api.patched(p_body, 'task_source', task_source),
	       planned_on = api.patched(p_body, 'planned_on', planned_on::text)::date,
	       campaign_id = v_campaign,
	       checklist_id = api.patched(p_body, 'checklist_id', checklist_id::text)::uuid,
	       accompanying = CASE WHEN p_body ? 'accompanying' THEN api.accompanying(p_body -> 'accompanying') ELSE accompanying END,
	       note = api.patched(p_body, 'note', note),
	       version = version + 1,
	       updated_at = api.now()
	 WHERE id = p_id
	RETURNING * INTO i;
	RETURN ROW(200, api.inspection_json(i), i.version, NULL)::api.answer;
END $$;

-- An institution that has been told cannot be visited unannounced any more.
CREATE FUNCTION api.inspection_method_faults(i hz.inspection, p_method text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN p_method = 'unannounced' AND i.noticed_at IS NOT NULL
		THEN jsonb_build_array(api.fault('/method', 'rule_violated', '已发检查通知，不能改为四不两直'))
		ELSE '[]' END
$$;

CREATE FUNCTION api.inspection_notice(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	i hz.inspection := api.inspection_lock(p_id);
	v_to text := api.inspection_check(i, 'notices');
	v_body jsonb := coalesce(p_body, '{}');
	v_at timestamptz := api.occurred_at(v_body, i.last_act_at);
BEGIN
	IF i.method = 'unannounced' THEN
		PERFORM api.refuse_faults(jsonb_build_array(api.fault('', 'rule_violated', '四不两直检查不发通知')));
	END IF;
	RETURN api.inspection_act_answer(api.inspection_move(i, 'notices', v_to, v_at, v_body,
		jsonb_build_object('receiver', v_body ->> 'receiver', 'method', v_body ->> 'method'),
		jsonb_build_object('noticed_at', v_at)));
END $$;

CREATE FUNCTION api.inspection_cancel(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	i hz.inspection := api.inspection_lock(p_id);
	v_to text := api.inspection_check(i, 'cancellations');
	v_at timestamptz := api.occurred_at(p_body, i.last_act_at);
BEGIN
	RETURN api.inspection_act_answer(api.inspection_move(i, 'cancellations', v_to, v_at, p_body,
		jsonb_build_object('reason', p_body ->> 'reason'), jsonb_build_object('cancel_reason', p_body ->> 'reason')));
END $$;
