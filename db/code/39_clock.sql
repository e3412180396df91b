-- Time limits by edition, and the legal clocks that run by them beside the rectification of a finding.

-- The edition of a limit that holds in p_district on p_day: the one for the narrowest region. NULL when there is none.
CREATE FUNCTION api.time_limit(p_code text, p_district text, p_day date) RETURNS hz.time_limit
LANGUAGE plpgsql STABLE AS $$
DECLARE
	l hz.time_limit;
BEGIN
	SELECT * INTO l FROM hz.time_limit t
	 WHERE t.code = p_code AND left(p_district, length(t.region)) = t.region
	   AND t.effective_from <= p_day AND (t.effective_to IS NULL OR t.effective_to >= p_day)
	 ORDER BY length(t.region) DESC, t.effective_from DESC LIMIT 1;
	RETURN CASE WHEN FOUND THEN l END;
END $$;

CREATE FUNCTION api.time_limit_basis(l hz.time_limit) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN l.legal_basis IS NULL THEN '本局规则' WHEN l.basis_read THEN l.legal_basis ELSE l.legal_basis || '（条文未核对）' END
$$;

-- Sets a clock of limit l going for p_resource p_resource_id, which belongs to finding f, from p_at. p_event: the words of what set it
-- going. Returns its id. One of the same kind that still runs for it is ended by this.
CREATE FUNCTION api.clock_start(l hz.time_limit, f hz.finding, p_resource text, p_resource_id uuid, p_at timestamptz, p_event text,
	p_responsible_name text DEFAULT NULL)
RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
	v_id uuid := api.uuid_v7();
	v_due date := api.period_end(api.day(p_at), l.amount, l.day_kind);
	v_basis text := api.time_limit_basis(l);
BEGIN
	PERFORM api.clock_stop(l.code, p_resource_id, p_at, 'restarted');
	INSERT INTO hz.clock (id, kind, district, institution_id, institution_type, street, finding_id, category, severity, resource,
		resource_id, title, responsible, responsible_name, limit_region, limit_edition, started_at, counted_from, due_on,
		explanation, created_at)
	VALUES (v_id, l.code, f.district, f.institution_id, f.institution_type, f.street, f.id, f.category, f.severity, p_resource,
		p_resource_id, l.title, l.responsible, p_responsible_name, l.region, l.edition, p_at, api.day(p_at), v_due,
		jsonb_build_array(api.step('event', api.day(p_at), NULL, p_event),
			api.step('rule', NULL, v_basis, l.title || '（时限 ' || l.code || '，第 ' || l.edition || ' 版）'))
		|| api.period_steps(api.day(p_at), l.amount, l.day_kind, v_basis) || api.step_result(v_due, v_basis),
		api.now());
	RETURN v_id;
END $$;

-- Ends the clock of a kind that runs for a thing, if one does.
CREATE FUNCTION api.clock_stop(p_kind text, p_resource_id uuid, p_at timestamptz, p_by text) RETURNS void
LANGUAGE sql VOLATILE AS $$
	UPDATE hz.clock SET ended_at = p_at, ended_by = p_by WHERE resource_id = p_resource_id AND kind = p_kind AND ended_at IS NULL
$$;

-- What a change of its severity, at p_at, means for the clocks of f: those of the other severity end; while it waits to be taken up, those begin that
-- would have begun when it was made.
CREATE FUNCTION api.clocks_regrade(f hz.finding, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	v_code text;
	l hz.time_limit;
BEGIN
	UPDATE hz.clock c SET ended_at = p_at, ended_by = 'severity'
	 WHERE c.finding_id = f.id AND c.resource = 'finding' AND c.ended_at IS NULL AND EXISTS (SELECT FROM hz.time_limit t
		WHERE t.code = c.kind AND t.region = c.limit_region AND t.edition = c.limit_edition AND t.severity <> f.severity);
	FOR v_code IN SELECT DISTINCT t.code FROM hz.time_limit t
		WHERE t.resource = 'finding' AND t.starts_with = 'create' AND t.severity = f.severity AND f.state = 'reported' LOOP
		l := api.time_limit(v_code, f.district, api.day(p_at));
		IF l.starts_with = 'create' AND l.severity = f.severity AND coalesce(l.self_found, f.self_found) = f.self_found THEN
			PERFORM api.clock_start(l, f, 'finding', f.id, p_at, l.title || '：自改变严重程度之日起');
		END IF;
	END LOOP;
END $$;

-- What command p_command on finding f (as it is after it) means for its clocks: some end, some begin. Called by finding_move, and when a
-- finding is made.
CREATE FUNCTION api.clocks_follow(f hz.finding, p_command text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	v_code text;
	l hz.time_limit;
BEGIN
	UPDATE hz.clock c SET ended_at = p_at, ended_by = p_command
	 WHERE c.finding_id = f.id AND c.resource = 'finding' AND c.ended_at IS NULL
	   AND (NOT f.is_open OR EXISTS (SELECT FROM hz.time_limit t
		WHERE t.code = c.kind AND t.region = c.limit_region AND t.edition = c.limit_edition AND (p_command = ANY (t.ends_with) OR t.severity <> f.severity)));
	IF NOT f.is_open THEN
		RETURN;
	END IF;
	FOR v_code IN SELECT DISTINCT t.code FROM hz.time_limit t WHERE t.resource = 'finding' AND t.starts_with = p_command LOOP
		l := api.time_limit(v_code, f.district, api.day(p_at));
		IF l.code IS NOT NULL AND l.starts_with = p_command AND coalesce(l.severity, f.severity) = f.severity
			AND coalesce(l.self_found, f.self_found) = f.self_found THEN
			PERFORM api.clock_start(l, f, 'finding', f.id, p_at, l.title || '：自办理之日起');
		END IF;
	END LOOP;
END $$;
