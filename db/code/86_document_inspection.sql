-- What documents about visits say, and when they are issued.

-- Which of the two or more kinds it is for this sort of visit; NULL: none (an institution tells nobody of its own checks).
CREATE FUNCTION api.document_kind_of(p_resource text, p_inspection_kind text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT code FROM hz.document_kind WHERE resource = p_resource AND p_inspection_kind = ANY (inspection_kinds)
$$;

CREATE FUNCTION api.inspection_method_name(p_method text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE p_method WHEN 'ordinary' THEN '一般检查' WHEN 'double_random' THEN '双随机、一公开' WHEN 'joint' THEN '联合检查'
		WHEN 'unannounced' THEN '四不两直' WHEN 'night' THEN '夜查' ELSE '回头看' END
$$;

-- What notice and record have in common.
CREATE FUNCTION api.document_inspection(i hz.inspection) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT api.document_visit(i.id) || jsonb_build_object('method', api.inspection_method_name(i.method), 'task_source', i.task_source,
		'planned_on', i.planned_on, 'place', i.place, 'credentials_shown', i.credentials_shown, 'accompanying', i.accompanying,
		'ended_at', api.ts(i.ended_at), 'conclusion', i.conclusion, 'administrative', api.inspection_administrative(i.kind),
		'checklist', (SELECT c.title || '（' || c.version || ' 版）' FROM hz.checklist c WHERE c.id = i.checklist_id))
$$;

-- 检查通知书.
CREATE FUNCTION api.document_of_notice(p_inspection uuid, a hz.inspection_act) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	i hz.inspection;
	v_kind text;
BEGIN
	SELECT * INTO i FROM hz.inspection WHERE id = p_inspection;
	v_kind := api.document_kind_of('inspection_act', i.kind);
	IF v_kind IS NOT NULL THEN
		PERFORM api.document_issue(v_kind, i.institution_id, 'inspection_act', a.id, a.occurred_at,
			jsonb_build_object('inspection', api.document_inspection(i), 'receiver', a.detail ->> 'receiver', 'method', a.detail ->> 'method',
				'note', a.note, 'officer', api.document_person(a.actor_id)),
			p_inspection => i.id);
	END IF;
END $$;

-- How the checklist was answered: numbers, and the items that were not simply right.
CREATE FUNCTION api.document_answers(i hz.inspection) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('total', count(*), 'pass', count(*) FILTER (WHERE r.answer = 'pass'), 'fail', count(*) FILTER (WHERE r.answer = 'fail'),
		'corrected_on_spot', count(*) FILTER (WHERE r.answer = 'corrected_on_spot'),
		'not_applicable', count(*) FILTER (WHERE r.answer = 'not_applicable'), 'not_checked', count(*) FILTER (WHERE r.answer = 'not_checked'),
		'wrong', coalesce(jsonb_agg(jsonb_build_object('category', r.name_zh, 'content', r.content, 'answer', r.answer, 'note', r.note)
			ORDER BY r.category_position, r.position) FILTER (WHERE r.answer IN ('fail', 'corrected_on_spot')), '[]'))
	  FROM (SELECT t.content, t.position, c.position AS category_position, c.name_zh, coalesce(w.answer, 'not_checked') AS answer, w.note
		  FROM hz.checklist_item t
		  JOIN hz.category c ON c.code = t.category
		  LEFT JOIN hz.inspection_answer w ON w.inspection_id = i.id AND w.item_id = t.id
		 WHERE t.checklist_id = i.checklist_id) r
$$;

-- Who signed and who refused, with the pictures of their signatures: links, whose files come now or later.
CREATE FUNCTION api.document_signatures(p_inspection uuid) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(a.detail || jsonb_build_object('images', (
			SELECT coalesce(jsonb_agg(l.id ORDER BY l.created_at, l.id), '[]') FROM hz.attachment_link l
			 WHERE l.resource = 'inspection_act' AND l.resource_id = a.id AND l.role = 'signature'))
		ORDER BY a.recorded_at, a.id), '[]')
	  FROM hz.inspection_act a WHERE a.inspection_id = p_inspection AND a.command = 'signatures'
$$;

-- Pictures of signatures that are not there yet.
CREATE FUNCTION api.document_images_awaited(p_inspection uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT EXISTS (SELECT FROM hz.attachment_link l
		WHERE l.inspection_id = p_inspection AND l.resource = 'inspection_act' AND l.role = 'signature' AND l.state IN ('awaited', 'cleaning'))
$$;

-- 现场检查笔录, once the visit is recorded.
CREATE FUNCTION api.document_of_record(p_inspection uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	i hz.inspection;
	v_findings jsonb;
	v_ids uuid[];
	v_categories text[] := '{}';
BEGIN
	SELECT * INTO i FROM hz.inspection WHERE id = p_inspection;
	IF i.kind <> 'patrol' THEN	-- a street reads what it has answered itself
		SELECT coalesce(array_agg(DISTINCT t.category), '{}') INTO v_categories
		  FROM hz.inspection_answer w JOIN hz.checklist_item t ON t.id = w.item_id
		 WHERE w.inspection_id = i.id AND t.checklist_id = i.checklist_id AND w.answer IN ('fail', 'corrected_on_spot');
	END IF;
	SELECT coalesce(jsonb_agg(api.document_finding(f) || jsonb_build_object('state', f.state) ORDER BY f.found_at, f.id), '[]'),
	       coalesce(array_agg(f.id ORDER BY f.found_at, f.id), '{}')
	  INTO v_findings, v_ids
	  FROM hz.finding f WHERE f.inspection_id = i.id AND f.state NOT IN ('dismissed', 'merged', 'voided');
	PERFORM api.document_issue(api.document_kind_of('inspection', i.kind), i.institution_id, 'inspection', i.id, i.recorded_at,
		jsonb_build_object('inspection', api.document_inspection(i), 'answers', api.document_answers(i), 'findings', v_findings,
			'signatures', api.document_signatures(i.id), 'officer', api.document_person(api.me())),
		p_inspection => i.id, p_findings => v_ids, p_wait => api.document_images_awaited(i.id), p_categories => v_categories);
END $$;

-- The last picture a record waits for has come, or will not: it need not wait any longer.
CREATE FUNCTION api.document_image_arrived() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE hz.media_task t SET due_at = now()
	  FROM hz.document d
	 WHERE d.resource = 'inspection' AND d.resource_id = NEW.inspection_id AND t.document_id = d.id AND t.state = 'waiting' AND t.tries = 0
	   AND NOT api.document_images_awaited(NEW.inspection_id);
	RETURN NULL;
END $$;
CREATE TRIGGER document AFTER UPDATE OF state ON hz.attachment_link
	FOR EACH ROW WHEN (NEW.role = 'signature' AND NEW.resource = 'inspection_act' AND NEW.state NOT IN ('awaited', 'cleaning'))
	EXECUTE FUNCTION api.document_image_arrived();
