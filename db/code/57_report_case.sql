-- Reports that go on together (并案): one that is followed, and all that went into it. Nobody who brought one of them learns of the others.

-- The one that is followed: a report itself, or what it was merged into.
CREATE FUNCTION api.report_root(r hz.report) RETURNS hz.report
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	WITH RECURSIVE up AS (
		SELECT r.id, r.state, r.merged_into
		UNION SELECT p.id, p.state, p.merged_into FROM up JOIN hz.report p ON p.id = up.merged_into AND up.state = 'merged')
	SELECT f FROM hz.report f WHERE f.id = coalesce((SELECT id FROM up WHERE state <> 'merged'), r.id)
$$;

CREATE FUNCTION api.report_case(p_id uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	WITH RECURSIVE c AS (
		SELECT (api.report_root(r)).id FROM hz.report r WHERE r.id = p_id
		UNION SELECT m.id FROM c JOIN hz.report m ON m.merged_into = c.id AND m.state = 'merged')
	SELECT id FROM c ORDER BY id
$$;

-- Who may not see one of a case may see none of it, for one leads to the other. p_actors: found besides.
CREATE FUNCTION api.report_judge_case(p_id uuid, p_actors uuid[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_case CONSTANT uuid[] := ARRAY(SELECT api.report_case(p_id));
	v_actors CONSTANT uuid[] := ARRAY(SELECT unnest(named_actors) FROM hz.report WHERE id = ANY (v_case) UNION SELECT unnest(p_actors));
	v_names CONSTANT text[] := ARRAY(SELECT unnest(named_names) FROM hz.report WHERE id = ANY (v_case));
BEGIN
	PERFORM api.report_judge(r.id, v_actors, v_names)
	   FROM (SELECT id FROM hz.report WHERE id = ANY (v_case) AND NOT (named_actors @> v_actors AND named_names @> v_names) ORDER BY id) r;
END $$;

-- The clocks, the findings since it came, the questions to streets: what of report r goes to h, which takes its place.
CREATE FUNCTION api.report_pass_on(r hz.report, h hz.report) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE hz.report_clock c SET report_id = h.id
	 WHERE c.report_id = r.id AND c.ended_on IS NULL AND c.kind <> 'report_supplement'
	   AND NOT EXISTS (SELECT FROM hz.report_clock o WHERE o.report_id = h.id AND o.kind = c.kind AND o.ended_on IS NULL)
	   AND NOT EXISTS (SELECT FROM hz.time_limit l WHERE (l.code, l.region, l.edition) = (c.kind, c.limit_region, c.limit_edition)
		AND api.report_kind(h.audience, h.channel) <> ALL (l.kinds));
	INSERT INTO hz.report_finding (report_id, district, finding_id)
	SELECT h.id, h.district, l.finding_id FROM hz.report_finding l JOIN hz.finding f ON f.id = l.finding_id
	 WHERE l.report_id = r.id AND f.found_at >= h.received_at
	ON CONFLICT DO NOTHING;
	UPDATE hz.report_assignment a SET report_id = h.id, n = o.n + a.n
	  FROM (SELECT coalesce(max(n), 0) AS n FROM hz.report_assignment WHERE report_id = h.id) o
	 WHERE a.report_id = r.id AND a.street IS NOT NULL AND a.replied_at IS NULL;
END $$;

/* Report r is about to leave (withdrawn, sent back), and others were merged into it: the oldest of them takes its place, in its state and with
 * its clocks, so that nobody's report goes because somebody else's did. What was asked of r's own reporter is not waited for any more.
 * Called by report_move, which holds r, before r moves. */
CREATE FUNCTION api.report_succeed(p_id uuid, p_at timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r hz.report;
	h hz.report;
	v_state text;
BEGIN
	SELECT * INTO STRICT r FROM hz.report WHERE id = p_id;
	SELECT * INTO h FROM hz.report WHERE merged_into = p_id AND state = 'merged' ORDER BY received_at, id LIMIT 1 FOR UPDATE;
	IF NOT FOUND THEN
		RETURN;
	ELSIF r.state = 'merged' THEN
		UPDATE hz.report SET merged_into = r.merged_into WHERE merged_into = p_id AND state = 'merged';
		RETURN;
	END IF;
	v_state := CASE r.state WHEN 'supplement' THEN r.state_before ELSE r.state END;
	UPDATE hz.report SET merged_into = h.id WHERE merged_into = p_id AND state = 'merged' AND id <> h.id;
	UPDATE hz.report
	   SET state = v_state, merged_into = NULL, audience = r.audience, handler_id = r.handler_id, result = r.result, hold_reason = coalesce(hold_reason, r.hold_reason),
	       paused_at = r.paused_at, ended_at = r.ended_at, version = version + 1, updated_at = api.hour(api.now()),
	       institution_id = coalesce(institution_id, r.institution_id), institution_type = coalesce(institution_type, r.institution_type),
	       street = coalesce(street, r.street), category = coalesce(category, r.category)
	 WHERE id = h.id RETURNING * INTO h;
	PERFORM api.report_pass_on(r, h);
	IF r.state = 'supplement' THEN
		PERFORM api.report_clocks_resume(h.id, api.day(h.paused_at), greatest(api.day(p_at), api.day(h.paused_at)));
		UPDATE hz.report SET paused_at = NULL WHERE id = h.id;
	END IF;
	-- what was decided for r with a reason was decided for this one, too
	INSERT INTO hz.report_act (report_id, district, n, command, outcome, from_state, to_state, actor_id, role, occurred_at, recorded_at, reason_code, note, detail)
	SELECT h.id, h.district, 1 + (SELECT max(n) FROM hz.report_act WHERE report_id = h.id), coalesce(a.command, 'resumptions'), coalesce(a.outcome, v_state),
	       'merged', v_state, a.actor_id, coalesce(a.role, 'job'), coalesce(a.occurred_at, api.hour(p_at)), api.hour(api.now()), a.reason_code,
	       CASE WHEN a.id IS NULL THEN '所并入的一件已撤回或退回，由这一件接续办理' ELSE a.note END,
	       coalesce(a.detail, '{}') || jsonb_build_object('into', r.id)
	  FROM (SELECT) x LEFT JOIN LATERAL (SELECT * FROM hz.report_act WHERE report_id = r.id AND to_state = r.state AND r.state IN ('rejected', 'transferred')
		ORDER BY n DESC LIMIT 1) a ON true;
END $$;
