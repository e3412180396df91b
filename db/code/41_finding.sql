-- Findings: how they look, how they come about, how their words are changed.

-- The members of a finding in a list and by itself, in order. Row types, because row_to_json() of a row that is put together in
-- the statement costs a fifth less than json_build_object(); tables, because LIKE spares the second list. They hold no rows.
CREATE TABLE api.finding_item (
	id uuid, district text, street text, institution_id uuid, institution_name text, institution_type text, inspection_id uuid, campaign_id uuid,
	category text, severity text, source_kind text, self_found boolean, description text, location text, key_place text,
	suggestion text, found_at text, recurs_of uuid, state text, open boolean, round int, deadline date, overdue boolean,
	days_left int, responsible_name text, merged_into uuid, closed_at text, version bigint, created_at text, created_by uuid,
	updated_at text, attachment_count int, evidence_awaited boolean, clause_id uuid, violated_clause text, supervised boolean,
	spot_check text
);
CREATE TABLE api.finding_whole (LIKE api.finding_item, clause json, attachments json, allowed text[]);

-- One finding. p_institution: the institution's name; p_today: api.today(), worked out once a statement.
-- Whoever reported a finding that came from elsewhere is shown to those who handle reports, and to the reporter.
-- Here and below: single expressions, so that PostgreSQL puts them into the statement instead of planning them at every call;
-- what needs a table is given.
CREATE FUNCTION api.finding_item(f hz.finding, p_institution text, p_today date) RETURNS api.finding_item
LANGUAGE sql STABLE AS $$
	SELECT ROW(
		f.id, f.district, f.street, f.institution_id, p_institution, f.institution_type, f.inspection_id, f.campaign_id,
		f.category, f.severity, f.source_kind, f.self_found, f.description, f.location, f.key_place,
		f.suggestion, api.ts(f.found_at), f.recurs_of, f.state, f.is_open, f.round, f.due_on,
		f.is_open AND coalesce(f.due_on < p_today, false), CASE WHEN f.is_open THEN f.due_on - p_today END,
		f.responsible_name, f.merged_into, api.ts(f.closed_at), f.version, api.ts(f.created_at),
		CASE WHEN f.source_kind <> 'other' OR api.role() = 'handler' OR f.created_by = api.me() THEN f.created_by END,
		api.ts(f.updated_at), f.attachment_count, f.awaited_count > 0,
		f.clause_id, f.violated_clause, f.supervised, f.spot_check)::api.finding_item
$$;

CREATE FUNCTION api.finding_json(f hz.finding, p_institution text, p_today date) RETURNS json
LANGUAGE sql STABLE AS $$ SELECT row_to_json(api.finding_item(f, p_institution, p_today)) $$;

-- The same with its clause, its evidence and what the caller may do now.
CREATE FUNCTION api.finding_detail(f hz.finding, p_institution text, p_today date, p_clause json, p_allowed text[], p_attachments json) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT row_to_json(ROW((api.finding_item(f, p_institution, p_today)).*, p_clause, p_attachments, p_allowed)::api.finding_whole)
$$;

-- Its evidence, with that of the acts on it, oldest first: one row. In FROM it becomes part of the statement around it.
-- p_count: how many there are, so that none are not looked for.
CREATE FUNCTION api.finding_attachments(p_id uuid, p_count int) RETURNS TABLE (attachments json)
LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(api.attachment_link_json(l) ORDER BY l.created_at, l.id), '[]')
	  FROM hz.attachment_link l WHERE l.finding_id = p_id AND p_count > 0
$$;

-- The answer of a command. PL/pgSQL keeps its plan for the session.
CREATE FUNCTION api.finding_answer(f hz.finding, p_status int) RETURNS api.answer
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_today CONSTANT date := api.today();
	v_name text;
	v_allowed CONSTANT text[] := api.finding_allowed(f, api.now());
	v_clause json;
	v_attachments json := '[]';
BEGIN
	SELECT name INTO v_name FROM hz.institution WHERE id = f.institution_id;
	IF f.attachment_count > 0 THEN
		SELECT attachments INTO v_attachments FROM api.finding_attachments(f.id, f.attachment_count);
	END IF;
	IF f.clause_id IS NOT NULL THEN
		SELECT clause INTO v_clause FROM api.finding_clause(f.clause_id);
	END IF;
	RETURN (p_status, api.finding_detail(f, v_name, v_today, v_clause, v_allowed, v_attachments), f.version, '/v1/findings/' || f.id);
END $$;

-- Where a finding comes from follows from who brings it.
CREATE FUNCTION api.finding_source(p_role text, p_inspection_id uuid) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE
		WHEN p_role = 'institution' THEN 'self'
		WHEN p_role IN ('staff', 'street', 'integration') THEN p_role
		WHEN p_role = 'inspector' OR p_inspection_id IS NOT NULL THEN 'inspection'
		ELSE 'other' END
$$;

-- Faults of what a new or changed finding points at; p_institution is the one it belongs to.
CREATE FUNCTION api.finding_faults(p_body jsonb, p_institution uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_faults jsonb := '[]';
	v hz.inspection;
BEGIN
	IF p_body ->> 'inspection_id' IS NOT NULL THEN
		SELECT * INTO v FROM hz.inspection
		 WHERE id = (p_body ->> 'inspection_id')::uuid AND institution_id = p_institution;
		IF NOT FOUND THEN
			v_faults := v_faults || api.fault('/inspection_id', 'unknown_reference', '没有这次检查，或者它不是对这家机构的检查');
		ELSIF v.state = 'cancelled' THEN
			v_faults := v_faults || api.fault('/inspection_id', 'inspection_cancelled', '这次检查已取消');
		ELSIF v.started_at IS NULL THEN
			v_faults := v_faults || api.fault('/inspection_id', 'inspection_not_begun', '这次检查还没有开始');
		ELSIF api.role() = 'institution' AND api.transition_find('inspection', 'create', '', '-', 'institution', p_kind => v.kind) IS NULL THEN
			-- what the office found is not the institution's own to accept
			v_faults := v_faults || api.fault('/inspection_id', 'inspection_of_others', '机构自己发现的问题只能记在机构自己的检查上');
		END IF;
	END IF;
	IF p_body ->> 'recurs_of' IS NOT NULL AND NOT EXISTS (SELECT FROM hz.finding
		WHERE id = (p_body ->> 'recurs_of')::uuid AND institution_id = p_institution) THEN
		v_faults := v_faults || api.fault('/recurs_of', 'unknown_reference', '没有这条隐患，或者它不属于这家机构');
	END IF;
	RETURN v_faults;
END $$;

-- p_source: where it comes from, when that does not follow from who brings it.
CREATE FUNCTION api.finding_create(p_body jsonb, p_source text DEFAULT NULL) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	i hz.institution;
	f hz.finding;
	v_state text := api.transition_find('finding', 'create', '', '-', api.role());
	v_inspection uuid := (p_body ->> 'inspection_id')::uuid;
	v_at timestamptz := api.occurred_at(p_body, NULL, 'found_at');
BEGIN
	SELECT * INTO i FROM hz.institution WHERE id = (p_body ->> 'institution_id')::uuid;
	IF NOT FOUND THEN
		PERFORM api.refuse('HZ422', jsonb_build_object('code', 'unknown_reference', 'errors', jsonb_build_array(
			api.fault('/institution_id', 'unknown_reference', '没有这家机构，或者不在您的管辖范围内'))));
	END IF;
	f.institution_type := i.type;
	f.found_at := v_at;
	f := api.finding_graded(f, p_body);
	PERFORM api.refuse_faults(api.finding_faults(p_body, i.id) || api.finding_clause_faults(f, v_state = 'confirmed')
		|| api.body_attachment_faults(p_body));

	f.id := api.body_id(p_body);
	PERFORM api.act_begin(f.id, 'created', v_at, NULL, CASE WHEN p_body ? 'attachments' THEN jsonb_strip_nulls(
		jsonb_build_object('evidence', api.attachment_digests(p_body -> 'attachments'))) END);
	INSERT INTO hz.finding (id, district, institution_id, institution_type, street, inspection_id, category, severity, source_kind,
		description, location, key_place, suggestion, clause_id, violated_clause, recurs_of, found_at, state, last_act_at, created_at,
		created_by, updated_at)
	VALUES (f.id, i.district, i.id, i.type, i.street, v_inspection, p_body ->> 'category', f.severity,
		coalesce(p_source, api.finding_source(api.role(), v_inspection)), p_body ->> 'description', p_body ->> 'location', p_body ->> 'key_place',
		p_body ->> 'suggestion', f.clause_id, f.violated_clause, (p_body ->> 'recurs_of')::uuid, v_at, v_state, v_at, api.now(),
		api.me(), api.now())
	RETURNING * INTO f;
	INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, round, from_state, to_state, actor_id, role,
		occurred_at, recorded_at)
	VALUES (api.uuid_v7(), f.id, f.district, f.institution_id, 'create', 1, '-', v_state, api.me(), api.role(), v_at, api.now());
	PERFORM api.clocks_follow(f, 'create', v_at);
	IF p_body ? 'attachments' THEN
		PERFORM api.attachment_links(p_body -> 'attachments', 'finding', f.id, f.id, NULL, f.institution_id, f.district, '/attachments');
		SELECT * INTO f FROM hz.finding WHERE id = f.id;	-- which counts its evidence
	END IF;
	RETURN api.finding_answer(f, 201);
END $$;

-- Who may change the words of a finding: the office while it is open; those who reported it until the office has taken it up.
CREATE FUNCTION api.finding_patch_check(f hz.finding, p_body jsonb) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF NOT f.is_open THEN
		PERFORM api.refuse_state(f.state, api.finding_allowed(f, api.now()));
	ELSIF api.role() NOT IN ('inspector', 'section_chief') THEN
		IF f.created_by <> api.me() THEN
			PERFORM api.refuse('HZ403', '{"code": "forbidden"}');
		ELSIF f.state <> 'reported' THEN
			PERFORM api.refuse_state(f.state, api.finding_allowed(f, api.now()));
		END IF;
	ELSIF p_body ?| '{category,severity}' AND f.state NOT IN ('reported', 'confirmed') THEN
		-- an order has been made on the finding as it was
		PERFORM api.refuse_state(f.state, api.finding_allowed(f, api.now()));
	END IF;
	IF f.supervised AND p_body ->> 'severity' = 'general' THEN
		PERFORM api.refuse_listing(f);
	END IF;
END $$;

CREATE FUNCTION api.finding_patch(p_id uuid, p_if_match bigint, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	f hz.finding := api.finding_lock(p_id);
	t hz.finding := api.finding_graded(f, p_body);
BEGIN
	PERFORM api.version_check(p_if_match, f.version);
	PERFORM api.finding_patch_check(f, p_body);
	PERFORM api.refuse_faults(api.finding_faults(p_body, f.institution_id)
		|| CASE WHEN p_body ?| '{severity,clause_id,violated_clause}' THEN api.finding_clause_faults(t, f.state <> 'reported') ELSE '[]' END);
	UPDATE hz.finding
	   SET description = api.patched(p_body, 'description', description),
	       location = api.patched(p_body, 'location', location),
	       key_place = api.patched(p_body, 'key_place', key_place),
	       suggestion = api.patched(p_body, 'suggestion', suggestion),
	       category = api.patched(p_body, 'category', category),
	       severity = t.severity,
	       clause_id = t.clause_id,
	       violated_clause = t.violated_clause,
	       recurs_of = api.patched(p_body, 'recurs_of', recurs_of::text)::uuid,
	       version = version + 1,
	       updated_at = api.now()
	 WHERE id = p_id
	RETURNING * INTO t;
	IF t.severity <> f.severity THEN
		PERFORM api.clocks_regrade(t, api.now());
	END IF;
	RETURN api.finding_answer(t, 200);
END $$;
