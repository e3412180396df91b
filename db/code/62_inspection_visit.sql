-- The visit itself: start, answers, conclusion, signatures.

CREATE FUNCTION api.inspection_start(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	i hz.inspection := api.inspection_lock(p_id);
	v_to text := api.inspection_check(i, 'starts');
	v_body jsonb := coalesce(p_body, '{}');
	v_at timestamptz := api.occurred_at(v_body, i.last_act_at);
	v_place text := coalesce(v_body ->> 'place', (SELECT address FROM hz.institution WHERE id = i.institution_id));
	v_shown boolean := (v_body ->> 'credentials_shown')::boolean;
BEGIN
	IF api.inspection_administrative(i.kind)
	   AND (SELECT count(*) FROM hz.inspection_inspector WHERE inspection_id = p_id) < 2 THEN
		PERFORM api.refuse_faults(jsonb_build_array(api.fault('/inspectors', 'too_few_inspectors',
			'日常、专项、个案检查须有两名以上检查人员，请先在检查计划中写明')));
	END IF;
	RETURN api.inspection_act_answer(api.inspection_move(i, 'starts', v_to, v_at, v_body,
		jsonb_build_object('place', v_place, 'credentials_shown', v_shown),
		jsonb_build_object('started_at', v_at, 'place', v_place, 'credentials_shown', v_shown)));
END $$;

-- Every item of the checklist with its answer, of the categories the caller may read.
CREATE FUNCTION api.inspection_answers_json(i hz.inspection) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'inspection_id', i.id,
		'checklist_id', i.checklist_id,
		'state', i.state,
		'counts', json_build_object(
			'pass', count(*) FILTER (WHERE r.answer = 'pass'),
			'fail', count(*) FILTER (WHERE r.answer = 'fail'),
			'corrected_on_spot', count(*) FILTER (WHERE r.answer = 'corrected_on_spot'),
			'not_applicable', count(*) FILTER (WHERE r.answer = 'not_applicable'),
			'not_checked', count(*) FILTER (WHERE r.answer = 'not_checked')),
		'answers', coalesce(json_agg(json_build_object('item_id', r.id, 'category', r.category, 'position', r.position,
			'content', r.content, 'key_place', r.key_place, 'answer', r.answer, 'note', r.note, 'finding_id', r.finding_id,
			'attachments', coalesce(r.attachments, '[]'))
			ORDER BY r.category_position, r.position), '[]'))
	  FROM (SELECT t.*, c.position AS category_position, coalesce(w.answer, 'not_checked') AS answer, w.note, w.finding_id, e.attachments
		  FROM hz.checklist_item t
		  JOIN hz.category c ON c.code = t.category
		  LEFT JOIN hz.inspection_answer w ON w.inspection_id = i.id AND w.item_id = t.id
		  LEFT JOIN (SELECT l.resource_id, json_agg(api.attachment_link_json(l) ORDER BY l.created_at, l.id) AS attachments
			       FROM hz.attachment_link l WHERE l.inspection_id = i.id AND l.resource = 'inspection_answer'
			      GROUP BY l.resource_id) e ON e.resource_id = t.id
		 WHERE t.checklist_id = i.checklist_id AND api.answer_shown(t.category, i.kind)) r
$$;

-- Faults of answers put: items of another checklist, an item twice, findings that are not this visit's.
CREATE FUNCTION api.inspection_answers_faults(i hz.inspection, p_answers jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(f.fault ORDER BY e.n), '[]')
	  FROM jsonb_array_elements(p_answers) WITH ORDINALITY e (value, n)
	 CROSS JOIN LATERAL (VALUES
		(CASE WHEN NOT EXISTS (SELECT FROM hz.checklist_item t
				WHERE t.id = (e.value ->> 'item_id')::uuid AND t.checklist_id = i.checklist_id)
			THEN api.fault('/answers/' || e.n - 1 || '/item_id', 'unknown_reference', '不是本次检查所用检查表的条目') END),
		(CASE WHEN EXISTS (SELECT FROM jsonb_array_elements(p_answers) WITH ORDINALITY o (value, n)
				WHERE o.n < e.n AND (o.value ->> 'item_id')::uuid = (e.value ->> 'item_id')::uuid)
			THEN api.fault('/answers/' || e.n - 1 || '/item_id', 'rule_violated', '同一条目写了两次') END),
		(CASE WHEN e.value ->> 'finding_id' IS NOT NULL AND NOT EXISTS (SELECT FROM hz.finding d
				WHERE d.id = (e.value ->> 'finding_id')::uuid AND d.inspection_id = i.id)
			THEN api.fault('/answers/' || e.n - 1 || '/finding_id', 'unknown_reference', '不是本次检查的隐患') END),
		(CASE WHEN e.value ->> 'finding_id' IS NOT NULL AND e.value ->> 'answer' NOT IN ('fail', 'corrected_on_spot')
			THEN api.fault('/answers/' || e.n - 1 || '/finding_id', 'rule_violated', '只有不合格或当场改正的条目才对应隐患') END)
		) f (fault)
	 WHERE f.fault IS NOT NULL
$$;

-- Faults of the evidence that answers bring.
CREATE FUNCTION api.inspection_answers_evidence_faults(p_answers jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(f.fault ORDER BY e.n, f.n), '[]')
	  FROM jsonb_array_elements(p_answers) WITH ORDINALITY e (value, n)
	 CROSS JOIN LATERAL jsonb_array_elements(
		api.attachment_faults(e.value -> 'attachments', '/answers/' || e.n - 1 || '/attachments')) WITH ORDINALITY f (fault, n)
	 WHERE e.value ? 'attachments'
$$;

-- Adds evidence to answers; what is there stays. Returns how many pieces are new.
CREATE FUNCTION api.inspection_answers_evidence(i hz.inspection, p_answers jsonb) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	e jsonb;
	v_before bigint;
	v_after bigint;
BEGIN
	SELECT count(*) INTO v_before FROM hz.attachment_link WHERE inspection_id = i.id AND resource = 'inspection_answer';
	FOR e IN SELECT value FROM jsonb_array_elements(p_answers) WHERE value ? 'attachments' LOOP
		PERFORM api.attachment_links(e -> 'attachments', 'inspection_answer', (e ->> 'item_id')::uuid, NULL, i.id, i.institution_id,
			i.district, '/attachments');
	END LOOP;
	SELECT count(*) INTO v_after FROM hz.attachment_link WHERE inspection_id = i.id AND resource = 'inspection_answer';
	RETURN v_after - v_before;
END $$;

-- Sets the items named, leaves the others; evidence is added. The same answers again change nothing and write no event.
CREATE FUNCTION api.inspection_answers_put(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	i hz.inspection := api.inspection_lock(p_id);
	v_to text := api.inspection_check(i, 'answers');
	v_at timestamptz := api.occurred_at(p_body, i.started_at);
	v_changed bigint;
	v_added bigint := 0;
	v_evidence jsonb;
BEGIN
	IF i.checklist_id IS NULL THEN
		PERFORM api.refuse_faults(jsonb_build_array(api.fault('/answers', 'rule_violated', '本次检查没有选用检查表')));
	END IF;
	PERFORM api.refuse_faults(api.inspection_answers_faults(i, p_body -> 'answers')
		|| api.inspection_answers_evidence_faults(p_body -> 'answers'));
	INSERT INTO hz.inspection_answer AS w (inspection_id, item_id, district, answer, note, finding_id)
	SELECT i.id, (e.value ->> 'item_id')::uuid, i.district, e.value ->> 'answer', e.value ->> 'note', (e.value ->> 'finding_id')::uuid
	  FROM jsonb_array_elements(p_body -> 'answers') e (value)
	ON CONFLICT (inspection_id, item_id) DO UPDATE
	   SET answer = EXCLUDED.answer, note = EXCLUDED.note, finding_id = EXCLUDED.finding_id
	 WHERE (w.answer, w.note, w.finding_id) IS DISTINCT FROM (EXCLUDED.answer, EXCLUDED.note, EXCLUDED.finding_id);
	GET DIAGNOSTICS v_changed = ROW_COUNT;
	IF p_body @? '$.answers[*].attachments[*]' THEN
		SELECT jsonb_agg(x) INTO v_evidence FROM jsonb_array_elements(p_body -> 'answers') e,
			jsonb_array_elements(api.attachment_digests(e -> 'attachments')) x;
		v_added := api.inspection_answers_evidence(i, p_body -> 'answers');
	END IF;
	IF v_changed + v_added > 0 THEN
		PERFORM api.inspection_move(i, 'answers', v_to, v_at, p_body - 'id', jsonb_strip_nulls(
			jsonb_build_object('changed', v_changed, 'evidence', v_evidence)));
		SELECT * INTO i FROM hz.inspection WHERE id = p_id;
	END IF;
	RETURN ROW(200, api.inspection_answers_json(i), i.version, NULL)::api.answer;
END $$;

CREATE FUNCTION api.inspection_submit(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	i hz.inspection := api.inspection_lock(p_id);
	v_to text := api.inspection_check(i, 'submissions');
	v_at timestamptz := api.act_at(p_body, i.started_at, 'ended_at');
	v_ended timestamptz := CASE WHEN p_body ? 'ended_at' THEN api.occurred_at(p_body, i.started_at, 'ended_at') ELSE v_at END;
	v_faults jsonb;
BEGIN
	SELECT coalesce(jsonb_agg(api.fault('/answers/' || t.id, 'fail_without_finding',
			'不合格条目须对应一条隐患：' || t.content) ORDER BY c.position, t.position), '[]')
	  INTO v_faults
	  FROM hz.inspection_answer w
	  JOIN hz.checklist_item t ON t.id = w.item_id
	  JOIN hz.category c ON c.code = t.category
	 WHERE w.inspection_id = p_id AND t.checklist_id = i.checklist_id AND w.answer = 'fail' AND w.finding_id IS NULL;
	PERFORM api.refuse_faults(v_faults || api.body_attachment_faults(p_body));
	RETURN api.inspection_act_answer(api.inspection_move(i, 'submissions', v_to, v_at, p_body,
		jsonb_build_object('conclusion', p_body ->> 'conclusion', 'ended_at', api.ts(v_ended)),
		jsonb_build_object('conclusion', p_body ->> 'conclusion', 'ended_at', v_ended)));
END $$;

-- Whether these signatures make the record of a visit of this kind. Members of each: party, refused, witness.
CREATE FUNCTION api.inspection_signed(p_kind text, p_signatures jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE
		WHEN api.inspection_own(p_kind) THEN s.institution
		WHEN p_kind IN ('patrol', 'supervision') THEN s.inspector
		ELSE s.inspector AND (s.institution OR s.refused AND s.witnessed) END
	  FROM (SELECT bool_or(e ->> 'party' = 'inspector') AS inspector,
		       bool_or(e ->> 'party' = 'institution' AND NOT (e ->> 'refused')::boolean) AS institution,
		       bool_or((e ->> 'refused')::boolean) AS refused,
		       bool_or(e ->> 'party' = 'witness' OR e ->> 'witness' IS NOT NULL) AS witnessed
		  FROM jsonb_array_elements(p_signatures) e) s
$$;

CREATE FUNCTION api.inspection_signature_faults(i hz.inspection, p_body jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(f.fault), '[]')
	  FROM (VALUES
		(CASE WHEN (p_body ->> 'refused')::boolean AND (p_body ->> 'party' <> 'institution' OR api.inspection_own(i.kind))
			THEN api.fault('/refused', 'rule_violated', '只有被检查的机构可以记为拒签') END),
		(CASE WHEN (p_body ->> 'refused')::boolean AND p_body ->> 'reason' IS NULL
			THEN api.fault('/reason', 'rule_violated', '拒签须写明原因') END)
		) f (fault)
	 WHERE f.fault IS NOT NULL
$$;

CREATE FUNCTION api.inspection_sign(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	i hz.inspection := api.inspection_lock(p_id);
	v_to text := api.inspection_check(i, 'signatures');
	v_at timestamptz := api.act_at(p_body, i.ended_at, 'signed_at');
	v_signed timestamptz := CASE WHEN p_body ? 'signed_at' THEN api.occurred_at(p_body, i.ended_at, 'signed_at') ELSE v_at END;
	v_detail jsonb := jsonb_build_object('party', p_body ->> 'party', 'name', p_body ->> 'name', 'post', p_body ->> 'post',
		'signed_at', api.ts(v_signed), 'refused', coalesce((p_body ->> 'refused')::boolean, false),
		'reason', p_body ->> 'reason', 'witness', p_body ->> 'witness');
	v_set jsonb := '{}';
BEGIN
	PERFORM api.refuse_faults(api.inspection_signature_faults(i, p_body) || api.body_attachment_faults(p_body));
	IF i.state = 'awaiting_signature' AND api.inspection_signed(i.kind, jsonb_build_array(v_detail) || coalesce((
		SELECT jsonb_agg(a.detail) FROM hz.inspection_act a WHERE a.inspection_id = p_id AND a.command = 'signatures'), '[]')) THEN
		v_to := api.inspection_check(i, 'signatures', 'complete');
		v_set := jsonb_build_object('recorded_at', v_at);
	END IF;
	RETURN api.inspection_act_answer(api.inspection_move(i, 'signatures', v_to, v_at, p_body, v_detail, v_set));
END $$;

-- A finding entered under a visit changes what the visit looks like (finding_count), so its version goes up. No event: the
-- finding has its own.
CREATE FUNCTION api.inspection_found() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE hz.inspection SET version = version + 1 WHERE id = NEW.inspection_id;
	RETURN NULL;
END $$;
CREATE TRIGGER inspection_found AFTER INSERT ON hz.finding
	FOR EACH ROW WHEN (NEW.inspection_id IS NOT NULL) EXECUTE FUNCTION api.inspection_found();
