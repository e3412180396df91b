-- What makes a hazard a major one: standards by type of institution and edition, and the clause a finding names.

CREATE FUNCTION api.hazard_in_force(s hz.hazard_standard, p_day date) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT s.effective_from <= p_day AND (s.effective_to IS NULL OR s.effective_to >= p_day)
$$;

CREATE FUNCTION api.hazard_standard_summary_json(s hz.hazard_standard) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', s.id, 'code', s.code, 'edition', s.edition, 'title', s.title, 'title_en', s.title_en,
		'document_number', s.document_number, 'issued_by', s.issued_by, 'institution_type', s.institution_type,
		'effective_from', s.effective_from, 'effective_to', s.effective_to, 'current', api.hazard_in_force(s, api.today()),
		'clause_count', (SELECT count(*) FROM hz.hazard_clause c WHERE c.standard_id = s.id), 'source', s.source, 'basis_read', s.basis_read)
$$;

CREATE FUNCTION api.hazard_clauses_json(p_standard uuid) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(json_build_object('id', c.id, 'position', c.position, 'citation', c.citation, 'content', c.content,
		'category', c.category, 'basis_read', c.basis_read) ORDER BY c.position), '[]')
	  FROM hz.hazard_clause c WHERE c.standard_id = p_standard
$$;

CREATE FUNCTION api.hazard_standard_json(s hz.hazard_standard) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT api.json_add(api.json_add(api.hazard_standard_summary_json(s), 'clauses', api.hazard_clauses_json(s.id)),
		'editions', (SELECT json_agg(json_build_object('id', e.id, 'edition', e.edition, 'effective_from', e.effective_from,
				'effective_to', e.effective_to) ORDER BY e.effective_from DESC, e.id)
			FROM hz.hazard_standard e WHERE e.code = s.code))
$$;

-- The clause of a finding: one row, or none. In FROM it becomes part of the statement around it.
CREATE FUNCTION api.finding_clause(p_clause_id uuid) RETURNS TABLE (clause json)
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', c.id, 'citation', c.citation, 'content', c.content, 'standard_id', s.id, 'standard', s.title, 'edition', s.edition)
	  FROM hz.hazard_clause c JOIN hz.hazard_standard s ON s.id = c.standard_id WHERE c.id = p_clause_id
$$;

-- Finding f with what a body says of its severity and clause. A clause makes it a major one: when it becomes a general one, the clause goes.
CREATE FUNCTION api.finding_graded(f hz.finding, p_body jsonb) RETURNS hz.finding
LANGUAGE plpgsql STABLE AS $$
BEGIN
	f.severity := coalesce(p_body ->> 'severity', f.severity);
	f.violated_clause := api.patched(p_body, 'violated_clause', f.violated_clause);
	f.clause_id := CASE WHEN p_body ? 'clause_id' THEN (p_body ->> 'clause_id')::uuid WHEN f.severity = 'major' THEN f.clause_id END;
	RETURN f;
END $$;

-- Faults of the clause of f. Judged by the standards in force for its type of institution on the day it was found. p_taken_up: the office has
-- taken it up, and a major one must say what makes it one: by a clause, or in words where no standard was in force.
CREATE FUNCTION api.finding_clause_faults(f hz.finding, p_taken_up boolean) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_day date := api.day(f.found_at);
	v_ruled boolean;	-- there was a standard
	v_fits boolean;		-- the clause is one of it
	v_fault jsonb;
BEGIN
	IF f.clause_id IS NULL AND (f.severity <> 'major' OR NOT p_taken_up) THEN
		RETURN '[]';
	END IF;
	SELECT count(*) > 0, coalesce(bool_or(EXISTS (SELECT FROM hz.hazard_clause c WHERE c.id = f.clause_id AND c.standard_id = s.id)), false)
	  INTO v_ruled, v_fits
	  FROM hz.hazard_standard s WHERE s.institution_type = f.institution_type AND api.hazard_in_force(s, v_day);
	v_fault := CASE
		WHEN f.clause_id IS NOT NULL AND f.severity <> 'major'
			THEN api.fault('/clause_id', 'clause_of_major_only', '判定标准的条款只写在重大隐患上；一般隐患所违反的写在 violated_clause')
		WHEN f.clause_id IS NOT NULL AND NOT EXISTS (SELECT FROM hz.hazard_clause WHERE id = f.clause_id)
			THEN api.fault('/clause_id', 'unknown_reference', '没有这一条款，见 /v1/hazard-standards')
		WHEN f.clause_id IS NOT NULL AND NOT v_fits
			THEN api.fault('/clause_id', 'clause_not_in_force', '该条款不属于发现之日 ' || v_day || ' 对这类机构有效的判定标准')
		WHEN f.clause_id IS NOT NULL
			THEN NULL
		WHEN v_ruled
			THEN api.fault('/clause_id', 'clause_required', '认定重大隐患须写明所依据的判定标准条款，见 /v1/hazard-standards')
		WHEN coalesce(f.violated_clause, '') = ''
			THEN api.fault('/violated_clause', 'violated_clause_required', '这类机构在发现之日没有判定标准，认定重大隐患须用文字写明所依据的规定')
		END;
	RETURN CASE WHEN v_fault IS NULL THEN '[]' ELSE jsonb_build_array(v_fault) END;
END $$;
