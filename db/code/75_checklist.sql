-- Checklists, by version.

CREATE FUNCTION api.checklist_current(c hz.checklist) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT c.effective_from <= api.today() AND (c.effective_to IS NULL OR c.effective_to >= api.today())
$$;

CREATE FUNCTION api.checklist_summary_json(c hz.checklist) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', c.id, 'code', c.code, 'version', c.version, 'title', c.title, 'title_en', c.title_en,
		'institution_type', c.institution_type, 'audience', c.audience, 'edition', c.edition, 'effective_from', c.effective_from,
		'effective_to', c.effective_to, 'current', api.checklist_current(c),
		'item_count', (SELECT count(*) FROM hz.checklist_item t WHERE t.checklist_id = c.id), 'source', c.source)
$$;

CREATE FUNCTION api.checklist_json(c hz.checklist) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', c.id, 'code', c.code, 'version', c.version, 'title', c.title, 'title_en', c.title_en,
		'institution_type', c.institution_type, 'audience', c.audience, 'edition', c.edition, 'effective_from', c.effective_from,
		'effective_to', c.effective_to, 'current', api.checklist_current(c),
		'item_count', (SELECT count(*) FROM hz.checklist_item t WHERE t.checklist_id = c.id), 'source', c.source,
		'categories', (SELECT coalesce(json_agg(json_build_object('category', k.code, 'name', k.name_zh, 'name_en', k.name_en,
				'items', k.items) ORDER BY k.position), '[]')
			FROM (SELECT g.code, g.position, g.name_zh, g.name_en,
				     json_agg(json_build_object('id', t.id, 'position', t.position, 'content', t.content, 'key_place', t.key_place,
					'method', t.method, 'legal_basis', t.legal_basis, 'legal_basis_read', t.basis_read) ORDER BY t.position) AS items
				FROM hz.checklist_item t JOIN hz.category g ON g.code = t.category
			       WHERE t.checklist_id = c.id GROUP BY g.code) k),
		'versions', (SELECT json_agg(json_build_object('id', v.id, 'version', v.version, 'effective_from', v.effective_from,
				'effective_to', v.effective_to) ORDER BY v.version DESC)
			FROM hz.checklist v WHERE v.code = c.code))
$$;
