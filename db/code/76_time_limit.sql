-- Time limits as they are read, and how an administrator adds an edition for a district.

CREATE FUNCTION api.time_limit_json(l hz.time_limit) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', l.id, 'code', l.code, 'region', l.region, 'edition', l.edition, 'title', l.title, 'title_en', l.title_en,
		'amount', l.amount, 'day_kind', l.day_kind, 'times', l.times, 'resource', l.resource, 'starts_with', nullif(l.starts_with, ''),
		'ends_with', l.ends_with, 'severity', l.severity, 'self_found', l.self_found, 'responsible', l.responsible,
		'legal_basis', l.legal_basis, 'legal_basis_read', l.basis_read, 'effective_from', l.effective_from, 'effective_to', l.effective_to,
		'note', l.note, 'created_by', l.created_by, 'created_at', api.ts(l.created_at))
$$;

-- One limit; zero rows when there is none.
CREATE FUNCTION api.time_limit_answer(l hz.time_limit, p_status int) RETURNS api.answer
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_body json := api.time_limit_json(l);
BEGIN
	RETURN ROW(p_status, v_body, api.content_version(v_body), '/v1/time-limits/' || l.id)::api.answer;
END $$;

-- The edition that a new one of p_code for p_region follows: what holds there on p_day, or else what came last. It says what the limit is of,
-- what starts and what ends it, and whose step it is; NULL when nobody knows the code.
CREATE FUNCTION api.time_limit_pattern(p_code text, p_region text, p_day date) RETURNS hz.time_limit
LANGUAGE plpgsql STABLE AS $$
DECLARE
	l hz.time_limit := api.time_limit(p_code, p_region, p_day);
BEGIN
	IF l.code IS NULL THEN
		SELECT * INTO l FROM hz.time_limit WHERE code = p_code ORDER BY effective_from DESC, region LIMIT 1;
	END IF;
	RETURN l;
END $$;

CREATE FUNCTION api.time_limit_faults(p_body jsonb, t hz.time_limit) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(f.fault), '[]')
	  FROM (SELECT (p_body ->> 'effective_from')::date AS day) d
	 CROSS JOIN LATERAL (VALUES
		(CASE WHEN t.code IS NULL THEN api.fault('/code', 'unknown_reference', '没有这种时限，代码见 GET /v1/time-limits') END),
		(CASE WHEN d.day < api.today()
			THEN api.fault('/effective_from', 'date_in_past', '新版本最早自今日 ' || api.today() || ' 起施行：已经走过的时限不改') END),
		(CASE WHEN EXISTS (SELECT FROM hz.time_limit l
				WHERE l.code = t.code AND l.region = p_body ->> 'region' AND l.effective_from >= d.day)
			THEN api.fault('/effective_from', 'rule_violated', '本区已有自该日或更晚起施行的版本') END),
		(CASE WHEN p_body -> 'legal_basis_read' = 'true' AND p_body ->> 'legal_basis' IS NULL
			THEN api.fault('/legal_basis_read', 'rule_violated', '没有写依据，谈不上核对过原文') END)
		) f (fault)
	 WHERE f.fault IS NOT NULL
$$;

-- Writes an edition for one of the caller's districts; the one before it there ends the day before. As the owner: what others' limits are
-- is nobody's to write.
CREATE FUNCTION api.time_limit_insert(p_new jsonb) RETURNS hz.time_limit
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	l hz.time_limit := jsonb_populate_record(NULL::hz.time_limit, p_new);
BEGIN
	IF api.role() IS DISTINCT FROM 'admin' OR NOT coalesce(l.region = ANY (api.districts()), false) THEN
		PERFORM api.refuse('HZ403', '{"code": "out_of_scope"}');
	END IF;
	UPDATE hz.time_limit t SET effective_to = l.effective_from - 1
	 WHERE t.code = l.code AND t.region = l.region AND (t.effective_to IS NULL OR t.effective_to >= l.effective_from);
	l.edition := (SELECT coalesce(max(t.edition::int), 0) + 1 FROM hz.time_limit t
		WHERE t.code = l.code AND t.region = l.region AND t.edition ~ '^\d{1,9}$');
	INSERT INTO hz.time_limit (code, region, edition, title, title_en, amount, day_kind, times, resource, starts_with, ends_with, severity,
		self_found, responsible, legal_basis, basis_read, effective_from, note, created_by, created_at)
	VALUES (l.code, l.region, l.edition, l.title, l.title_en, l.amount, l.day_kind, l.times, l.resource, l.starts_with, l.ends_with, l.severity,
		l.self_found, l.responsible, l.legal_basis, coalesce(l.basis_read, false), l.effective_from, l.note, api.me(), api.now())
	RETURNING * INTO l;
	RETURN l;
END $$;

CREATE FUNCTION api.time_limit_create(p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	t hz.time_limit;
BEGIN
	IF p_body ->> 'region' <> ALL (api.districts()) THEN
		PERFORM api.refuse('HZ403', '{"code": "out_of_scope"}');
	END IF;
	-- two administrators at once: the second sees the edition of the first
	PERFORM pg_advisory_xact_lock(hashtext('hz.time_limit'), hashtext((p_body ->> 'code') || '/' || (p_body ->> 'region')));
	t := api.time_limit_pattern(p_body ->> 'code', p_body ->> 'region', (p_body ->> 'effective_from')::date);
	PERFORM api.refuse_faults(api.time_limit_faults(p_body, t));
	RETURN api.time_limit_answer(api.time_limit_insert(
		to_jsonb(t) - '{legal_basis,basis_read,note,effective_to}'::text[] || (p_body - 'legal_basis_read')
		|| jsonb_build_object('basis_read', coalesce(p_body -> 'legal_basis_read', 'false'))), 201);
END $$;
