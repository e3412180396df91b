-- A whole visit done off line, in one call. Every item is given to the function of its own route, in a subtransaction of its
-- own, so that all faults come at once; when there is one, everything is undone. Nothing is judged here but what has changed
-- since the device last spoke with the server.

-- The bundle as a list, in the order in which it is carried out. item: as sent, what the digest is made of; body: what the
-- function of the route takes; target: the thing acted on.
CREATE TYPE api.bundle_part AS (n bigint, kind text, id uuid, target uuid, pointer text, item jsonb, body jsonb);
CREATE FUNCTION api.bundle_items(p_body jsonb, p_inspection uuid, p_institution uuid) RETURNS SETOF api.bundle_part
LANGUAGE sql STABLE AS $$
	SELECT row_number() OVER (ORDER BY u.stage, u.n), u.kind, (u.item ->> 'id')::uuid, u.target, u.pointer, u.item, u.body
	  FROM (
		SELECT 1, 1, 'inspection', NULL::uuid, '/inspection', v.item, v.item
		  FROM (SELECT p_body -> 'inspection') v (item) WHERE v.item IS NOT NULL
		 UNION ALL
		SELECT 2, 1, 'start', p_inspection, '/start', v.item, v.item
		  FROM (SELECT p_body -> 'start') v (item) WHERE v.item IS NOT NULL
		 UNION ALL
		SELECT 3, e.n, 'finding', NULL, '/findings/' || e.n - 1, e.item,
		       e.item || jsonb_build_object('institution_id', p_institution, 'inspection_id', p_inspection)
		  FROM jsonb_array_elements(p_body -> 'findings') WITH ORDINALITY e (item, n)
		 UNION ALL
		SELECT 4, e.n, 'correction', (e.item ->> 'finding_id')::uuid, '/corrections/' || e.n - 1, e.item, e.item - 'finding_id'
		  FROM jsonb_array_elements(p_body -> 'corrections') WITH ORDINALITY e (item, n)
		 UNION ALL
		SELECT 5, 1, 'answers', p_inspection, '', v.item, NULL
		  FROM (SELECT p_body -> 'answers') v (item) WHERE v.item IS NOT NULL
		 UNION ALL
		SELECT 6, 1, 'order', NULL, '/order', v.item - 'service',
		       v.item - 'service' || jsonb_build_object('institution_id', p_institution, 'inspection_id', p_inspection)
		  FROM (SELECT p_body -> 'order') v (item) WHERE v.item IS NOT NULL
		 UNION ALL
		SELECT 7, 1, 'service', (p_body #>> '{order,id}')::uuid, '/order/service', v.item, v.item
		  FROM (SELECT p_body #> '{order,service}') v (item) WHERE v.item IS NOT NULL
		 UNION ALL
		SELECT 8, 1, 'submission', p_inspection, '/submission', v.item, v.item
		  FROM (SELECT p_body -> 'submission') v (item) WHERE v.item IS NOT NULL
		 UNION ALL
		SELECT 9, e.n, 'signature', p_inspection, '/signatures/' || e.n - 1, e.item, e.item
		  FROM jsonb_array_elements(p_body -> 'signatures') WITH ORDINALITY e (item, n)
		) u (stage, n, kind, target, pointer, item, body)
$$;

CREATE FUNCTION api.bundle_digest(p_item jsonb) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$ SELECT sha256(convert_to(p_item::text, 'UTF8')) $$;

-- Gives one item to the function of its route.
CREATE FUNCTION api.bundle_give(p_kind text, p_target uuid, p_body jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	CASE p_kind
		WHEN 'inspection' THEN PERFORM api.inspection_create(p_body);
		WHEN 'start' THEN PERFORM api.inspection_start(p_target, p_body);
		WHEN 'finding' THEN PERFORM api.finding_create(p_body);
		WHEN 'correction' THEN PERFORM api.finding_act(p_target, 'corrections', p_body);
		WHEN 'answers' THEN PERFORM api.inspection_answers_put(p_target, p_body);
		WHEN 'order' THEN
			-- on its own route the contract's roles say so
			IF api.transition_find('rectification_order', 'create', '', '-', api.role()) IS NULL THEN
				PERFORM api.refuse('HZ403', '{"code": "forbidden"}');
			END IF;
			PERFORM api.order_create(p_body);
		WHEN 'service' THEN PERFORM api.order_service_create(p_target, p_body);
		WHEN 'submission' THEN PERFORM api.inspection_submit(p_target, p_body);
		WHEN 'signature' THEN PERFORM api.inspection_sign(p_target, p_body);
	END CASE;
END $$;

-- A refusal without faults of its own, in words for the list.
CREATE FUNCTION api.bundle_words(p_code text, p_state text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE p_code
		WHEN 'invalid_state' THEN '现为 ' || p_state || '，不能再办理这一步'
		WHEN 'id_exists' THEN '这个编号已有记录'
		WHEN 'forbidden' THEN '您的角色不能办理这一步'
		WHEN 'not_found' THEN '没有这条记录，或者不在您的管辖范围内'
		WHEN 'out_of_scope' THEN '不在您的管辖范围内'
		WHEN 'unknown_reference' THEN '所指的记录不存在'
		ELSE '不符合规则，见 /problems/' || p_code END
$$;

-- Whether a fault tells of what others have done meanwhile, and not of the bundle itself.
CREATE FUNCTION api.bundle_conflicting(p_code text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT p_code IN ('invalid_state', 'id_exists', 'different_content', 'checklist_replaced', 'already_answered', 'inspection_cancelled')
$$;

-- The faults of one refused item, with pointers into the bundle. p_detail: of api.refuse().
CREATE FUNCTION api.bundle_faults(p_pointer text, p_detail jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN jsonb_array_length(coalesce(p_detail -> 'errors', '[]')) = 0
		THEN jsonb_build_array(api.fault(p_pointer, p_detail ->> 'code',
				api.bundle_words(p_detail ->> 'code', p_detail ->> 'state')) || (p_detail - 'code' - 'errors'))
		-- members that the bundle says once for all its items are no place to point at
		ELSE (SELECT jsonb_agg(e || jsonb_build_object('pointer',
				regexp_replace(p_pointer || (e ->> 'pointer'), '^(/.*)/(institution_id|inspection_id)$',
					CASE WHEN p_pointer = '/inspection' THEN '\1/\2' ELSE '\1' END)))
			FROM jsonb_array_elements(p_detail -> 'errors') e) END
$$;

-- Tries one item: its faults, [] when it is done. What is not a fault of the item (a lost lock, a full disk) passes through.
CREATE FUNCTION api.bundle_try(p_kind text, p_target uuid, p_body jsonb, p_pointer text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	v_state text;
	v_constraint text;
	v_detail text;
	v_code text;
BEGIN
	PERFORM api.bundle_give(p_kind, p_target, p_body);
	RETURN '[]';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_constraint = CONSTRAINT_NAME, v_detail = PG_EXCEPTION_DETAIL;
	IF v_state LIKE 'HZ%' THEN
		RETURN api.bundle_faults(p_pointer, v_detail::jsonb);
	END IF;
	v_code := CASE
		WHEN v_state = '23505' AND v_constraint LIKE '%\_pkey' THEN 'id_exists'
		WHEN v_state = '23503' THEN 'unknown_reference'
		WHEN v_state IN ('23502', '23514', '22003') THEN 'rule_violated'
		WHEN v_state = '42501' THEN 'out_of_scope' END;
	IF v_code IS NULL THEN
		RAISE;
	END IF;
	RETURN jsonb_build_array(api.fault(p_pointer || CASE v_code WHEN 'id_exists' THEN '/id' ELSE '' END, v_code,
		api.bundle_words(v_code, NULL)));
END $$;

-- The rest of a bundle that is going to be undone is judged as if this item had been in order: it is replaced by what of it is
-- not at fault, at a time before everything.
CREATE FUNCTION api.bundle_stand_in(p_kind text, p_id uuid, p_inspection uuid, p_body jsonb, p_faults jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	n hz.institution;
	v_bad text[] := ARRAY(SELECT (regexp_match(e ->> 'pointer', '^/(?:inspection|findings/[0-9]+)/([^/]+)'))[1]
		FROM jsonb_array_elements(p_faults) e);
BEGIN
	CASE p_kind
		WHEN 'inspection', 'finding' THEN
			-- without its clause, or at a time before every standard, it can only be a general one
			PERFORM api.bundle_try(p_kind, NULL, p_body - array_remove(v_bad, NULL)
				|| CASE WHEN 'found_at' = ANY (v_bad) THEN '{"found_at": "1970-01-01T00:00:00Z"}' ELSE '{}' END::jsonb
				|| CASE WHEN v_bad && '{found_at,clause_id,violated_clause}' THEN '{"severity": "general", "clause_id": null}' ELSE '{}' END::jsonb, '');
		WHEN 'start' THEN
			UPDATE hz.inspection SET state = 'in_progress', started_at = 'epoch' WHERE id = p_inspection AND state = 'planned';
		WHEN 'order' THEN
			SELECT * INTO n FROM hz.institution WHERE id = (p_body ->> 'institution_id')::uuid;
			IF NOT EXISTS (SELECT FROM hz.rectification_order WHERE id = p_id) THEN
				PERFORM api.order_insert(p_id, n, p_inspection, NULL, 'epoch', NULL);
			END IF;
		WHEN 'submission' THEN
			UPDATE hz.inspection SET state = 'awaiting_signature', ended_at = 'epoch' WHERE id = p_inspection AND state = 'in_progress';
		ELSE
			NULL;
	END CASE;
EXCEPTION WHEN unique_violation OR insufficient_privilege THEN
	NULL;	-- the id is taken where the caller does not see it: nothing to stand in for
END $$;

-- Items of an order refused because of the state of a finding tell that state.
CREATE FUNCTION api.bundle_order_states(p_faults jsonb, p_order jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(CASE WHEN e.fault ->> 'code' = 'invalid_state' AND f.state IS NOT NULL
			THEN e.fault || jsonb_build_object('state', f.state) ELSE e.fault END ORDER BY e.n), '[]')
	  FROM jsonb_array_elements(p_faults) WITH ORDINALITY e (fault, n)
	  LEFT JOIN hz.finding f ON f.id = (p_order #>> ARRAY['items', substring(e.fault ->> 'pointer' FROM '^/order/items/([0-9]+)/'), 'finding_id'])::uuid
$$;

-- A submission names the answers that want a finding by the checklist's items; the bundle has them by place.
CREATE FUNCTION api.bundle_answer_places(p_faults jsonb, p_answers jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(jsonb_agg(CASE WHEN a.n IS NULL THEN e.fault
			ELSE e.fault || jsonb_build_object('pointer', '/answers/' || a.n - 1 || '/finding_id') END ORDER BY e.n), '[]')
	  FROM jsonb_array_elements(p_faults) WITH ORDINALITY e (fault, n)
	  LEFT JOIN jsonb_array_elements(p_answers) WITH ORDINALITY a (item, n)
		ON e.fault ->> 'pointer' = '/submission/answers/' || (a.item ->> 'item_id')
$$;

-- Notes that an item is stored, and what it said.
CREATE FUNCTION api.bundle_note(i hz.inspection, p_kind text, p_id uuid, p_item jsonb) RETURNS void
LANGUAGE sql VOLATILE AS $$
	INSERT INTO hz.bundle_item (inspection_id, kind, id, district, digest, actor_id, created_at)
	VALUES (i.id, p_kind, p_id, i.district, api.bundle_digest(p_item), api.me(), api.now())
$$;

-- Whether an item came before: NULL when it is new, [] when it is stored as it is, its fault when it said something else then.
-- p_known: {"kind id": digest} of the visit's stored items.
CREATE FUNCTION api.bundle_known(p_known jsonb, p_kind text, p_id uuid, p_item jsonb, p_pointer text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE p_known ->> (p_kind || ' ' || p_id)
		WHEN encode(api.bundle_digest(p_item), 'hex') THEN '[]'::jsonb
		ELSE CASE WHEN p_known ? (p_kind || ' ' || p_id) THEN jsonb_build_array(api.fault(p_pointer, 'different_content',
			'这个编号先前已存过，内容与这次的不同')) END END
$$;

-- Puts answers, all in one step, and notes them.
CREATE FUNCTION api.bundle_answers_put(i hz.inspection, p_answers jsonb, p_at text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	v_faults jsonb;
BEGIN
	IF p_answers IS NULL THEN
		RETURN '[]';
	END IF;
	v_faults := api.bundle_try('answers', i.id, jsonb_strip_nulls(jsonb_build_object('occurred_at', p_at))
		|| jsonb_build_object('answers', p_answers), '');
	IF v_faults = '[]' THEN
		PERFORM api.bundle_note(i, 'answer', (e ->> 'item_id')::uuid, e) FROM jsonb_array_elements(p_answers) e;
	END IF;
	RETURN v_faults;
END $$;

-- The answers of a bundle. What is stored already is left out; what a colleague has answered otherwise meanwhile is a conflict;
-- those at fault are left out of a second attempt, so that what follows is judged by the others.
CREATE FUNCTION api.bundle_answers(i hz.inspection, p_answers jsonb, p_at text, p_known jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	v_faults jsonb;
	v_new jsonb;
	v_places bigint[];
	v_put jsonb;
BEGIN
	SELECT coalesce(jsonb_agg(x.fault ORDER BY e.n), '[]'),
	       jsonb_agg(e.item ORDER BY e.n) FILTER (WHERE k.fault IS NULL), array_agg(e.n - 1 ORDER BY e.n) FILTER (WHERE k.fault IS NULL)
	  INTO v_faults, v_new, v_places
	  FROM jsonb_array_elements(p_answers) WITH ORDINALITY e (item, n)
	  LEFT JOIN hz.inspection_answer w ON w.inspection_id = i.id AND w.item_id = (e.item ->> 'item_id')::uuid
	 CROSS JOIN LATERAL (SELECT api.bundle_known(p_known, 'answer', (e.item ->> 'item_id')::uuid, e.item, '/answers/' || e.n - 1)) k (fault)
	  LEFT JOIN LATERAL (SELECT k.fault -> 0 WHERE k.fault <> '[]' UNION ALL
		SELECT api.fault('/answers/' || e.n - 1 || '/answer', 'already_answered', '该条目已另有答复 ' || w.answer || '，请核对后再定')
			|| jsonb_build_object('state', w.answer)
		 WHERE k.fault IS NULL AND w.answer NOT IN ('not_checked', e.item ->> 'answer')) x (fault) ON true;
	v_faults := jsonb_path_query_array(v_faults, '$[*] ? (@ != null)');

	-- the pointers of the put count within what is new
	SELECT coalesce(jsonb_agg(e.fault || jsonb_build_object('pointer', CASE
			WHEN e.fault ->> 'pointer' = '/occurred_at' THEN '/answered_at'
			WHEN m.part IS NULL THEN '/answers'
			ELSE '/answers/' || v_places[m.part[1]::int + 1] || m.part[2] END) ORDER BY e.n), '[]')
	  INTO v_put
	  FROM jsonb_array_elements(api.bundle_answers_put(i, v_new, p_at)) WITH ORDINALITY e (fault, n)
	 CROSS JOIN LATERAL (SELECT regexp_match(e.fault ->> 'pointer', '^/answers/([0-9]+)(.*)$')) m (part);
	IF v_put <> '[]' THEN
		SELECT jsonb_agg(e.item ORDER BY e.n) INTO v_new
		  FROM jsonb_array_elements(v_new) WITH ORDINALITY e (item, n)
		 WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(v_put) f WHERE f ->> 'pointer' LIKE '/answers/' || v_places[e.n] || '/%');
		PERFORM api.bundle_answers_put(i, v_new, NULL);
	END IF;
	RETURN v_faults || v_put;
END $$;

-- Leaves out what only follows from another fault, and points at the place in the bundle where it can be mended.
CREATE FUNCTION api.bundle_tidy(p_faults jsonb, p_body jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(jsonb_agg(CASE e.fault ->> 'pointer'
			WHEN '/start/inspectors' THEN e.fault || jsonb_build_object('pointer',
				CASE WHEN p_body ? 'inspection' THEN '/inspection/inspectors' ELSE '/inspection_id' END)
			ELSE e.fault END ORDER BY e.n), '[]')
	  FROM jsonb_array_elements(p_faults) WITH ORDINALITY e (fault, n)
	 WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(p_faults) c
		WHERE c ->> 'pointer' = '/inspection/checklist_id' AND e.fault ->> 'pointer' = '/answers'
		   OR c ->> 'pointer' LIKE '/inspection/inspectors/%' AND e.fault ->> 'code' = 'too_few_inspectors')
$$;

-- Ends the attempt when anything was at fault: 403, then what others have changed (409), then rules (422); the list has them all.
CREATE FUNCTION api.bundle_refuse(p_faults jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	v_codes text[] := ARRAY(SELECT e ->> 'code' FROM jsonb_array_elements(p_faults) e);
BEGIN
	IF p_faults = '[]' THEN
		RETURN;
	ELSIF 'forbidden' = ANY (v_codes) THEN
		PERFORM api.refuse('HZ403', jsonb_build_object('code', 'forbidden', 'errors', p_faults));
	ELSIF EXISTS (SELECT FROM unnest(v_codes) c WHERE api.bundle_conflicting(c)) THEN
		PERFORM api.refuse('HZ409', jsonb_build_object('code', 'bundle_conflict', 'errors', p_faults));
	END IF;
	PERFORM api.refuse_faults(p_faults);
END $$;

-- What has become of it: everything the bundle names, as it stands now.
CREATE FUNCTION api.bundle_json(p_inspection uuid, p_body jsonb, p_replayed boolean) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'inspection_id', i.id,
		'institution_id', i.institution_id,
		'state', i.state,
		'replayed', p_replayed,
		'version', i.version,
		'start_id', p_body #>> '{start,id}',
		'submission_id', p_body #>> '{submission,id}',
		'answers', jsonb_array_length(coalesce(p_body -> 'answers', '[]')),
		'findings', (SELECT coalesce(json_agg(json_build_object('id', f.id, 'state', f.state, 'deadline', f.due_on, 'version', f.version)
				ORDER BY e.n), '[]')
			FROM jsonb_array_elements(p_body -> 'findings') WITH ORDINALITY e (item, n)
			JOIN hz.finding f ON f.id = (e.item ->> 'id')::uuid),
		'corrections', (SELECT coalesce(json_agg(json_build_object('id', e.item ->> 'id', 'finding_id', f.id, 'state', f.state)
				ORDER BY e.n), '[]')
			FROM jsonb_array_elements(p_body -> 'corrections') WITH ORDINALITY e (item, n)
			JOIN hz.finding f ON f.id = (e.item ->> 'finding_id')::uuid),
		'order', (SELECT json_build_object('id', o.id, 'number', o.number,
				'state', CASE WHEN o.served_at IS NULL THEN 'issued' ELSE 'served' END, 'served_at', api.ts(o.served_at),
				'service_id', p_body #>> '{order,service,id}')
			FROM hz.rectification_order o WHERE o.id = (p_body #>> '{order,id}')::uuid),
		'signatures', (SELECT coalesce(json_agg(json_build_object('id', e.item ->> 'id', 'party', e.item ->> 'party') ORDER BY e.n), '[]')
			FROM jsonb_array_elements(p_body -> 'signatures') WITH ORDINALITY e (item, n)),
		'awaiting', (SELECT coalesce(json_agg(json_build_object('sha256', encode(l.sha256, 'hex'), 'role', l.role, 'resource', l.resource,
				'resource_id', l.resource_id, 'finding_id', l.finding_id) ORDER BY l.created_at, l.id), '[]')
			FROM hz.attachment_link l
		       WHERE l.state = 'awaited' AND (l.inspection_id = i.id OR l.finding_id IN (
				SELECT (e #>> '{}')::uuid FROM jsonb_path_query(p_body, '$.findings[*].id') e UNION ALL
				SELECT (e #>> '{}')::uuid FROM jsonb_path_query(p_body, '$.corrections[*].finding_id') e))))
	  FROM hz.inspection i WHERE i.id = p_inspection
$$;

-- The visit a bundle is about, locked. A new one is not there yet, or is when the bundle comes again.
CREATE FUNCTION api.bundle_visit(p_body jsonb) RETURNS hz.inspection
LANGUAGE plpgsql AS $$
DECLARE
	i hz.inspection;
	v_id uuid := coalesce(p_body ->> 'inspection_id', p_body #>> '{inspection,id}')::uuid;
BEGIN
	IF (p_body ? 'inspection_id') = (p_body ? 'inspection') THEN
		PERFORM api.refuse_faults(jsonb_build_array(api.fault('/inspection', 'rule_violated',
			'已安排的检查写 inspection_id，新的检查写 inspection，两者取一')));
	END IF;
	-- the same bundle sent twice at once: the second waits here and finds the first one done
	PERFORM pg_advisory_xact_lock(hashtextextended('bundle ' || v_id, 0));
	SELECT * INTO i FROM hz.inspection WHERE id = v_id FOR UPDATE;
	IF FOUND THEN
		IF NOT api.inspection_mine(i) THEN
			PERFORM api.refuse('HZ403', '{"code": "forbidden"}');
		END IF;
	ELSIF p_body ? 'inspection_id' THEN
		PERFORM api.refuse_faults(jsonb_build_array(api.fault('/inspection_id', 'unknown_reference', '没有这次检查，或者不在您的管辖范围内')));
	ELSE
		i.id := v_id;
		i.institution_id := (p_body #>> '{inspection,institution_id}')::uuid;
		i.district := (SELECT district FROM hz.institution WHERE id = i.institution_id);
	END IF;
	RETURN i;
END $$;

-- Faults of the whole: nothing in it, or too many files.
CREATE FUNCTION api.bundle_shape_faults(p_body jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(jsonb_agg(f.fault), '[]')
	  FROM (VALUES
		(CASE WHEN p_body - '{inspection_id,checklist_id,answered_at}'::text[] = '{}'
			THEN api.fault('', 'rule_violated', '没有要登记的内容') END),
		(CASE WHEN (SELECT count(*) FROM jsonb_path_query(p_body, '$.*[*].attachments[*]')) > 400
			THEN api.fault('', 'rule_violated', '附件超过 400 个，请分两次') END)
		) f (fault)
	 WHERE f.fault IS NOT NULL
$$;

-- The checklist the device had is not the visit's any more. The answers are then judged by the one they were made for.
CREATE FUNCTION api.bundle_checklist(i hz.inspection, p_checklist uuid) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
	IF p_checklist IS NULL OR i.checklist_id IS NOT DISTINCT FROM p_checklist OR i.created_at IS NULL THEN
		RETURN '[]';
	END IF;
	UPDATE hz.inspection SET checklist_id = c.id FROM hz.checklist c WHERE hz.inspection.id = i.id AND c.id = p_checklist;
	RETURN jsonb_build_array(api.fault('/checklist_id', 'checklist_replaced', '这次检查所用的检查表已换过，请重新取检查包')
		|| jsonb_build_object('checklist_id', i.checklist_id));
END $$;

-- Carries out one item, notes it, and returns its faults; what it needs to stand in for is left in its place.
CREATE FUNCTION api.bundle_item(i hz.inspection, v api.bundle_part, p_bundle jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	v_faults jsonb := api.bundle_try(v.kind, v.target, v.body, v.pointer);
BEGIN
	IF v_faults = '[]' THEN
		PERFORM api.bundle_note(i, v.kind, v.id, v.item);
		RETURN v_faults;
	END IF;
	PERFORM api.bundle_stand_in(v.kind, v.id, i.id, v.body, v_faults);
	RETURN CASE v.kind
		WHEN 'order' THEN api.bundle_order_states(v_faults, p_bundle -> 'order')
		WHEN 'submission' THEN api.bundle_answer_places(v_faults, p_bundle -> 'answers')
		ELSE v_faults END;
END $$;

CREATE FUNCTION api.bundle_import(p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	i hz.inspection := api.bundle_visit(p_body);
	v api.bundle_part;
	v_known jsonb;
	v_seen jsonb;
	v_faults jsonb := api.bundle_checklist(i, (p_body ->> 'checklist_id')::uuid);
	v_replayed boolean;
BEGIN
	PERFORM api.refuse_faults(api.bundle_shape_faults(p_body));
	SELECT coalesce(jsonb_object_agg(kind || ' ' || id, encode(digest, 'hex')), '{}') INTO v_known
	  FROM hz.bundle_item WHERE inspection_id = i.id;
	-- in one order, lest two bundles wait for each other
	PERFORM FROM hz.finding WHERE id IN (SELECT (e #>> '{}')::uuid FROM jsonb_path_query(p_body, '$.**.finding_id') e WHERE e <> 'null')
	  ORDER BY id FOR UPDATE;
	FOR v IN SELECT * FROM api.bundle_items(p_body, i.id, i.institution_id) ORDER BY n LOOP
		IF v.kind = 'answers' THEN
			v_faults := v_faults || api.bundle_answers(i, v.item, p_body ->> 'answered_at', v_known);
			CONTINUE;
		END IF;
		v_seen := api.bundle_known(v_known, v.kind, v.id, v.item, v.pointer);
		v_faults := v_faults || coalesce(v_seen, api.bundle_item(i, v, p_body));
		-- nothing can be judged without the visit
		EXIT WHEN v.kind = 'inspection' AND NOT EXISTS (SELECT FROM hz.inspection WHERE id = i.id);
	END LOOP;
	PERFORM api.bundle_refuse(api.bundle_tidy(v_faults, p_body));
	v_replayed := (SELECT count(*) FROM hz.bundle_item WHERE inspection_id = i.id) = (SELECT count(*) FROM jsonb_object_keys(v_known));
	RETURN ROW(CASE WHEN v_replayed THEN 200 ELSE 201 END, api.bundle_json(i.id, p_body, v_replayed), NULL,
		'/v1/inspections/' || i.id)::api.answer;
END $$;
