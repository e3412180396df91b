-- What a phone takes along on a visit.

-- The visit recorded last at the institution, with what was answered then: one with the same checklist (in whatever version)
-- before any other.
CREATE FUNCTION api.package_previous(i hz.inspection) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('inspection_id', p.id, 'kind', p.kind, 'started_at', api.ts(p.started_at), 'recorded_at', api.ts(p.recorded_at),
		'checklist_id', p.checklist_id, 'conclusion', p.conclusion,
		'answers', (SELECT coalesce(json_agg(json_build_object('item_id', t.id, 'category', t.category, 'position', t.position,
				'answer', w.answer, 'note', w.note, 'finding_id', w.finding_id) ORDER BY c.position, t.position), '[]')
			FROM hz.inspection_answer w JOIN hz.checklist_item t ON t.id = w.item_id JOIN hz.category c ON c.code = t.category
		       WHERE w.inspection_id = p.id AND w.answer <> 'not_checked'))
	  FROM hz.inspection p
	  LEFT JOIN hz.checklist k ON k.id = p.checklist_id
	 WHERE p.institution_id = i.institution_id AND p.id <> i.id AND p.recorded_at IS NOT NULL
	 ORDER BY coalesce(k.code = (SELECT code FROM hz.checklist WHERE id = i.checklist_id), false) DESC, p.recorded_at DESC, p.id DESC
	 LIMIT 1
$$;

-- The first p_limit open findings of an institution, soonest due first, each with its evidence and what the caller may do.
CREATE FUNCTION api.package_findings(p_institution uuid, p_name text, p_today date, p_limit int) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(api.finding_detail(o.f, p_name, p_today, c.clause, api.finding_allowed(o.f, api.now()), e.attachments) ORDER BY o.n), '[]')
	  FROM (SELECT f, row_number() OVER (ORDER BY f.due_key, f.id) AS n
		  FROM hz.finding f WHERE f.institution_id = p_institution AND f.is_open ORDER BY f.due_key, f.id LIMIT p_limit) o
	 CROSS JOIN LATERAL api.finding_attachments((o.f).id, (o.f).attachment_count) e
	  LEFT JOIN LATERAL api.finding_clause((o.f).clause_id) c ON true
$$;

CREATE FUNCTION api.package_json(i hz.inspection, p_today date) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'today', p_today,
		'inspection', api.inspection_json(i),
		'allowed', api.inspection_allowed(i),
		'institution', api.institution_json(n, u.name),
		'checklist', (SELECT api.checklist_json(c) FROM hz.checklist c WHERE c.id = i.checklist_id),
		'answers', (SELECT coalesce(json_agg(json_build_object('item_id', w.item_id, 'answer', w.answer, 'note', w.note,
				'finding_id', w.finding_id) ORDER BY w.item_id), '[]')
			FROM hz.inspection_answer w WHERE w.inspection_id = i.id),
		'findings', api.package_findings(n.id, n.name, p_today, 200),
		'findings_total', (SELECT count(*) FROM hz.finding f WHERE f.institution_id = n.id AND f.is_open),
		'previous', api.package_previous(i),
		'categories', (SELECT json_agg(json_build_object('code', g.code, 'position', g.position, 'name', g.name_zh, 'name_en', g.name_en,
				'sensitive', g.sensitive) ORDER BY g.position) FROM hz.category g),
		'deadline_rules', (SELECT coalesce(json_agg(json_build_object('id', r.id, 'edition', r.edition, 'title', r.title,
				'applies_to', r.applies_to, 'day_kind', r.day_kind, 'roll', r.roll, 'legal_basis', r.legal_basis, 'legal_basis_read', r.basis_read,
				'effective_from', r.effective_from, 'effective_to', r.effective_to) ORDER BY r.id), '[]')
			FROM hz.deadline_rule r
		       WHERE r.effective_from <= p_today AND (r.effective_to IS NULL OR r.effective_to >= p_today)),
		'hazard_standards', (SELECT coalesce(json_agg(json_build_object('id', s.id, 'code', s.code, 'edition', s.edition, 'title', s.title,
				'effective_from', s.effective_from, 'effective_to', s.effective_to, 'clauses', api.hazard_clauses_json(s.id))
				ORDER BY s.code, s.effective_from DESC, s.id), '[]')
			FROM hz.hazard_standard s WHERE s.institution_type = n.type AND api.hazard_in_force(s, p_today)))
	  FROM hz.institution n LEFT JOIN hz.org_unit u ON u.id = n.org_unit_id
	 WHERE n.id = i.institution_id
$$;

-- A version made of content: 63 bits of its SHA-256.
CREATE FUNCTION api.content_version(p_body json) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
	SELECT ('x' || encode(substr(sha256(convert_to(p_body::text, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint & 9223372036854775807
$$;
