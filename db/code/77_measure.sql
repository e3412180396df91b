-- Enforcement measures beside the rectification: 约谈, 警告, 责令停业整顿或暂停使用, 恢复; the steps of 立案处罚 are in 78_penalty.sql.

-- What follows from a decision: a fine to pay, another penalty, none, the prosecution's; NULL while there is none.
CREATE FUNCTION api.penalty_course(m hz.enforcement_measure) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN m.to_pay IS NOT NULL THEN 'fine' ELSE m.result END $$;

-- The steps the caller may take now; none of another measure.
CREATE FUNCTION api.penalty_allowed(m hz.enforcement_measure) RETURNS text[]
LANGUAGE sql STABLE AS $$ SELECT api.transition_allowed('penalty_case', m.state, api.role(), p_kind => api.penalty_course(m)) $$;

CREATE FUNCTION api.measure_json(m hz.enforcement_measure) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', m.id, 'finding_id', m.finding_id, 'district', m.district, 'street', m.street, 'institution_id', m.institution_id,
		'institution_name', n.name, 'institution_type', m.institution_type, 'category', f.category, 'severity', f.severity,
		'description', f.description, 'finding_state', f.state, 'kind', m.kind, 'state', m.state, 'occurred_at', api.ts(m.occurred_at),
		'document_number', m.document_number, 'matter', m.matter, 'legal_basis', m.legal_basis, 'persons', m.persons, 'place', m.place,
		'record', m.record, 'scope', m.scope, 'scope_text', m.scope_text, 'lifted_at', api.ts(m.lifted_at),
		'suspension_id', m.suspension_id, 'reinspection_id', m.reinspection_id, 'result', m.result,
		'penalties', m.penalties, 'to_pay', m.to_pay::text, 'step_at', api.ts(m.step_at),
		'allowed', api.penalty_allowed(m),
		'clocks', (SELECT coalesce(json_agg(json_build_object('kind', c.kind, 'title', c.title, 'due_on', c.due_on,
				'ended_at', api.ts(c.ended_at), 'overdue', coalesce(api.day(c.ended_at), api.today()) > c.due_on) ORDER BY c.started_at, c.id), '[]')
			FROM hz.clock c WHERE c.finding_id = m.finding_id AND c.resource_id = m.id AND c.ended_by IS DISTINCT FROM 'recomputed'),
		'actor_id', m.actor_id, 'actor_name', (SELECT name FROM hz.actor WHERE id = m.actor_id), 'note', m.note, 'version', m.version)
	  FROM hz.finding f JOIN hz.institution n ON n.id = f.institution_id
	 WHERE f.id = m.finding_id
$$;

-- The record of an act, with what it has made beside itself.
CREATE FUNCTION api.finding_record_json(a hz.finding_act, p_actor text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT CASE a.command
		WHEN 'referrals' THEN api.json_add(api.finding_act_json(a, p_actor), 'referral',
			(SELECT api.referral_json(r) FROM hz.referral r WHERE r.id = a.id))
		WHEN 'enforcement-measures' THEN api.json_add(api.finding_act_json(a, p_actor), 'measure',
			(SELECT api.measure_json(m) FROM hz.enforcement_measure m WHERE m.id = a.id))
		WHEN 'spot-checks' THEN api.json_add(api.finding_act_json(a, p_actor), 'new_finding_id', to_json(a.detail ->> 'new_finding_id'))
		ELSE api.finding_act_json(a, p_actor) END
$$;

-- Which members belong to which kind, and which of them must be there.
CREATE FUNCTION api.measure_member_faults(p_body jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(CASE WHEN p_body ->> m.member IS NULL
			THEN api.fault('/' || m.member, 'required', m.words || '不能缺')
			ELSE api.fault('/' || m.member, 'not_expected', m.words || '不属于这种措施') END ORDER BY m.n), '[]')
	  FROM (VALUES
		(1, 'document_number', '{warning,order_suspend}'::text[], '{talk,warning,order_suspend,resume,penalty_case}'::text[], '文号'),
		(2, 'matter', '{warning,order_suspend,penalty_case}', '{talk,warning,order_suspend,penalty_case}', '事由'),
		(3, 'legal_basis', '{order_suspend}', '{warning,order_suspend,penalty_case}', '依据'),
		(4, 'persons', '{talk}', '{talk}', '被约谈人'),
		(5, 'place', '{}', '{talk}', '地点'),
		(6, 'record', '{talk}', '{talk}', '约谈记录'),
		(7, 'scope', '{}', '{order_suspend}', '范围'),
		(8, 'scope_text', CASE WHEN p_body ->> 'scope' = 'part' THEN '{order_suspend}' ELSE '{}' END::text[], '{order_suspend}', '暂停使用的部位或设施')
		) m (n, member, needed, known, words)
	 WHERE p_body ->> m.member IS NULL AND p_body ->> 'kind' = ANY (m.needed)
	    OR p_body ->> m.member IS NOT NULL AND p_body ->> 'kind' <> ALL (m.known)
$$;

-- The suspension that stands for a finding; NULL when none does.
CREATE FUNCTION api.measure_standing(p_finding_id uuid) RETURNS hz.enforcement_measure
LANGUAGE plpgsql STABLE AS $$
DECLARE
	m hz.enforcement_measure;
BEGIN
	SELECT * INTO m FROM hz.enforcement_measure WHERE finding_id = p_finding_id AND state = 'standing';
	RETURN m;
END $$;

/* The re-inspection that allows what was suspended by s to be resumed: the latest one after the suspension, if it was passed and the leader has
 * not refused to close on it since; of the finding, or of the one it was merged into. Judged in whole seconds, as all steps are. NULL: none. */
CREATE FUNCTION api.measure_reinspection(s hz.enforcement_measure) RETURNS uuid
LANGUAGE sql STABLE AS $$
	WITH RECURSIVE same AS (
		SELECT f.id, f.merged_into FROM hz.finding f WHERE f.id = s.finding_id
		UNION ALL
		SELECT f.id, f.merged_into FROM same JOIN hz.finding f ON f.id = same.merged_into
	), latest AS (
		SELECT a.id, a.command, a.outcome
		  FROM same JOIN hz.finding_act a ON a.finding_id = same.id
		 WHERE (a.command = 'reinspections' OR a.command = 'closure-approvals' AND a.outcome = 'refused')
		   AND (date_trunc('second', a.occurred_at), a.recorded_at) > (date_trunc('second', s.occurred_at), s.created_at)
		 ORDER BY a.occurred_at DESC, a.recorded_at DESC, a.id DESC
		 LIMIT 1)
	SELECT id FROM latest WHERE command = 'reinspections' AND outcome = 'passed'
$$;

-- 409: what is suspended already, or is not. s: the suspension that stands for the finding.
CREATE FUNCTION api.measure_conflict(p_kind text, s hz.enforcement_measure) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF p_kind = 'order_suspend' AND s.id IS NOT NULL THEN
		PERFORM api.refuse('HZ409', jsonb_build_object('code', 'suspension_exists', 'measure_id', s.id));
	ELSIF p_kind = 'resume' AND s.id IS NULL THEN
		PERFORM api.refuse('HZ409', '{"code": "no_suspension"}');
	END IF;
END $$;

-- The re-inspection that a resume of s rests on; refuses when there is none. A finding that was none after all (voided, dismissed) needs none.
CREATE FUNCTION api.measure_ground(f hz.finding, s hz.enforcement_measure) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_reinspection CONSTANT uuid := CASE WHEN f.state NOT IN ('voided', 'dismissed') THEN api.measure_reinspection(s) END;
BEGIN
	IF v_reinspection IS NULL AND f.state NOT IN ('voided', 'dismissed') THEN
		PERFORM api.refuse('HZ422', jsonb_build_object('code', 'reinspection_needed', 'measure_id', s.id, 'suspended_at', api.ts(s.occurred_at)));
	END IF;
	RETURN v_reinspection;
END $$;

CREATE FUNCTION api.measure_insert(f hz.finding, a hz.finding_act, p_body jsonb, p_suspension uuid, p_reinspection uuid) RETURNS hz.enforcement_measure
LANGUAGE sql VOLATILE AS $$
	INSERT INTO hz.enforcement_measure (id, district, finding_id, institution_id, institution_type, street, kind, state, occurred_at, document_number,
		matter, legal_basis, persons, place, record, scope, scope_text, suspension_id, reinspection_id, step_at, actor_id, note, created_at, updated_at)
	VALUES (a.id, f.district, f.id, f.institution_id, f.institution_type, f.street, a.outcome,
		CASE a.outcome WHEN 'order_suspend' THEN 'standing' WHEN 'penalty_case' THEN 'filed' ELSE 'done' END, a.occurred_at,
		p_body ->> 'document_number', p_body ->> 'matter', p_body ->> 'legal_basis', api.accompanying(p_body -> 'persons'), p_body ->> 'place',
		p_body ->> 'record', CASE a.outcome WHEN 'order_suspend' THEN coalesce(p_body ->> 'scope', 'whole') END, p_body ->> 'scope_text',
		p_suspension, p_reinspection, CASE a.outcome WHEN 'penalty_case' THEN a.occurred_at END, a.actor_id, a.note, api.now(), api.now())
	RETURNING *
$$;

-- Takes a measure. A penalty case is not the institution's to see before it is told of it (`internal`).
CREATE FUNCTION api.measure_create(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	f hz.finding := api.finding_lock(p_id);
	v_kind CONSTANT text := p_body ->> 'kind';
	s hz.enforcement_measure := api.measure_standing(p_id);
	v_reinspection uuid;
	a hz.finding_act;
	m hz.enforcement_measure;
BEGIN
	PERFORM api.finding_check(f, 'enforcement-measures', v_kind, p_body);
	PERFORM api.measure_conflict(v_kind, s);
	PERFORM api.refuse_faults(api.measure_member_faults(p_body) || api.body_attachment_faults(p_body)
		|| CASE WHEN v_kind = 'order_suspend' AND (SELECT status FROM hz.institution WHERE id = f.institution_id) = 'closed'
			THEN jsonb_build_array(api.fault('/kind', 'institution_closed', '机构已关停，没有可以停的业务')) ELSE '[]' END);
	IF v_kind = 'resume' THEN
		v_reinspection := api.measure_ground(f, s);
	END IF;
	a := api.finding_move(p_id, 'enforcement-measures', v_kind, p_body,
		jsonb_strip_nulls(p_body - '{id,kind,occurred_at,note,attachments}'::text[])
		|| CASE WHEN v_kind = 'penalty_case' THEN '{"internal": true}' ELSE '{}' END::jsonb,
		p_beside => CASE WHEN v_kind = 'resume' THEN s.occurred_at ELSE f.found_at END);
	m := api.measure_insert(f, a, p_body, CASE WHEN v_kind = 'resume' THEN s.id END, v_reinspection);
	IF v_kind = 'resume' THEN
		PERFORM api.act_begin(s.id, 'resume', a.occurred_at, a.note, jsonb_build_object('measure_id', m.id));
		UPDATE hz.enforcement_measure SET state = 'lifted', lifted_at = a.occurred_at, version = version + 1, updated_at = api.now() WHERE id = s.id;
	ELSIF v_kind = 'penalty_case' THEN
		PERFORM api.penalty_file(m, f);
	END IF;
	RETURN api.finding_act_answer(a);
END $$;

-- A suspension made or lifted is seen on the institution at once: which ones stand, and whether it is operating. A status that was set otherwise
-- (closed) stays.
CREATE FUNCTION api.measure_effect() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	c_whole CONSTANT jsonb := '[{"scope": "whole"}]';
	v_standing jsonb;
BEGIN
	SELECT coalesce(jsonb_agg(jsonb_build_object('measure_id', m.id, 'finding_id', m.finding_id, 'scope', m.scope, 'scope_text', m.scope_text,
		'document_number', m.document_number, 'since', api.ts(m.occurred_at)) ORDER BY m.occurred_at, m.id), '[]')
	  INTO v_standing
	  FROM hz.enforcement_measure m WHERE m.institution_id = NEW.institution_id AND m.state = 'standing';
	PERFORM api.act_begin(NEW.institution_id, CASE NEW.state WHEN 'standing' THEN 'suspended' ELSE 'resumed' END,
		coalesce(NEW.lifted_at, NEW.occurred_at), NEW.matter, jsonb_build_object('measure_id', NEW.id, 'finding_id', NEW.finding_id));
	UPDATE hz.institution
	   SET suspensions = v_standing,
	       status = CASE
			WHEN status = 'operating' AND v_standing @> c_whole THEN 'suspended'
			WHEN status = 'suspended' AND suspensions @> c_whole AND NOT v_standing @> c_whole THEN 'operating'
			ELSE status END,
	       version = version + 1, updated_at = api.now()
	 WHERE id = NEW.institution_id;
	RETURN NULL;
END $$;
-- its name puts it behind the event of the measure itself
CREATE TRIGGER suspension AFTER INSERT OR UPDATE OF state ON hz.enforcement_measure
	FOR EACH ROW WHEN (NEW.kind = 'order_suspend') EXECUTE FUNCTION api.measure_effect();
