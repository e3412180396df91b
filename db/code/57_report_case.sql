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

-- All of a case are locked in one order, whichever of them a step is about.
CREATE FUNCTION api.report_case_lock(VARIADIC p_ids uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM FROM hz.report WHERE id IN (SELECT c FROM unnest(p_ids) u, api.report_case(u) c) ORDER BY id FOR UPDATE;
END $$;

-- Has such a report a reader left, a handler or else a leader?
CREATE FUNCTION api.report_has_reader(r hz.report, p_names text[], p_conflicts uuid[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT api.report_has('handler', r.district, r.institution_id, r.institution_type, r.street, r.named_names || p_names, r.named_actors || p_conflicts)
	    OR api.report_has('leader', r.district, r.institution_id, r.institution_type, r.street, r.named_names || p_names, r.named_actors || p_conflicts)
$$;

-- Report p_id is kept from those the rest of its case is kept from, one by one, as long as a reader is left: nobody's words take the last
-- reader from another's report.
CREATE FUNCTION api.report_inherit(p_id uuid, p_actors uuid[], p_names text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r hz.report;
	v_actor uuid;
	v_name text;
BEGIN
	SELECT * INTO STRICT r FROM hz.report WHERE id = p_id;
	-- a handler last: who can only look on is no use as the last
	FOR v_actor IN SELECT u FROM unnest(p_actors) u WHERE u <> ALL (r.named_actors)
		ORDER BY EXISTS (SELECT FROM hz.api_key k WHERE k.actor_id = u AND k.role = 'handler'), u LOOP
		IF api.report_has_reader(r, '{}', ARRAY[v_actor]) THEN
			r.named_actors := r.named_actors || v_actor;
		END IF;
	END LOOP;
	FOR v_name IN SELECT u FROM unnest(p_names) u WHERE u <> ALL (r.named_names) ORDER BY u LOOP
		IF api.report_has_reader(r, ARRAY[v_name], '{}') THEN
			r.named_names := r.named_names || v_name;
		END IF;
	END LOOP;
	PERFORM api.report_judge(p_id, r.named_actors, r.named_names);
END $$;

/* Who is kept from one of a case is kept from all of it: by account, by name, by a key of an institution one of them is about. p_actors: found just
 * now in p_id, which they may take the last reader from. Where the one that is followed has none left, and another has, that one takes its place. */
CREATE FUNCTION api.report_judge_case(p_id uuid, p_actors uuid[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_case CONSTANT uuid[] := ARRAY(SELECT api.report_case(p_id));
	v_names text[];
	v_actors uuid[];
	v_heir uuid;
	r hz.report;
BEGIN
	PERFORM api.report_judge(p_id, p_actors);
	IF cardinality(v_case) = 1 THEN
		RETURN;
	END IF;
	v_names := ARRAY(SELECT unnest(named_names) FROM hz.report WHERE id = ANY (v_case));
	v_actors := ARRAY(SELECT unnest(named_actors) FROM hz.report WHERE id = ANY (v_case)
		UNION SELECT h.actor_id FROM hz.report c JOIN hz.api_key h ON c.institution_id = ANY (h.institutions)
		WHERE c.id = ANY (v_case) AND h.role IN ('institution', 'staff')
		  AND EXISTS (SELECT FROM hz.api_key k WHERE k.actor_id = h.actor_id AND k.role IN ('handler', 'leader', 'custodian', 'street')));
	PERFORM api.report_inherit(c.id, v_actors, v_names)
	   FROM (SELECT id FROM hz.report WHERE id = ANY (v_case) AND NOT (named_actors @> v_actors AND named_names @> v_names) ORDER BY id) c;
	SELECT (api.report_root(o)).* INTO r FROM hz.report o WHERE o.id = p_id;
	IF NOT api.report_has_reader(r, '{}', '{}') THEN
		SELECT m.id INTO v_heir FROM hz.report m WHERE m.id = ANY (v_case) AND m.id <> r.id AND api.report_has_reader(m, '{}', '{}') ORDER BY m.received_at, m.id LIMIT 1;
		IF FOUND THEN
			PERFORM api.report_change_places(r.id, v_heir);
		END IF;
	END IF;
END $$;

-- The clocks and the findings since it came: what of report r goes to h, which takes its place. What a street was asked it answers where it was asked.
CREATE FUNCTION api.report_pass_on(r hz.report, h hz.report) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE hz.report_clock c SET report_id = h.id
	 WHERE c.report_id = r.id AND c.ended_on IS NULL AND c.kind <> 'report_supplement'
	   AND NOT EXISTS (SELECT FROM hz.report_clock o WHERE o.report_id = h.id AND o.kind = c.kind AND o.ended_on IS NULL)
	   AND NOT EXISTS (SELECT FROM hz.time_limit l WHERE l.code = c.kind AND api.report_kind(h.audience, h.channel) <> ALL (l.kinds));
	INSERT INTO hz.report_finding (report_id, district, finding_id)
	SELECT h.id, h.district, l.finding_id FROM hz.report_finding l JOIN hz.finding f ON f.id = l.finding_id
	 WHERE l.report_id = r.id AND f.found_at >= h.received_at
	ON CONFLICT DO NOTHING;
END $$;

/* h takes the place of report r in their case: its state and its clocks, and all the others that were merged. What was asked of r's own reporter
 * is not waited for any more. */
CREATE FUNCTION api.report_take_over(r hz.report, h hz.report, p_at timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_state CONSTANT text := CASE r.state WHEN 'supplement' THEN r.state_before ELSE r.state END;
BEGIN
	UPDATE hz.report SET merged_into = h.id WHERE merged_into = r.id AND state = 'merged' AND id <> h.id;
	UPDATE hz.report
	   SET state = v_state, merged_into = NULL, audience = r.audience, handler_id = r.handler_id, result = r.result, hold_reason = coalesce(hold_reason, r.hold_reason),
	       paused_at = r.paused_at, ended_at = r.ended_at, version = version + 1, updated_at = api.hour(api.now()),
	       institution_id = coalesce(institution_id, r.institution_id), institution_type = coalesce(institution_type, r.institution_type),
	       street = coalesce(street, r.street), category = coalesce(category, r.category)
	 WHERE id = h.id RETURNING * INTO h;
	PERFORM api.report_pass_on(r, h);
	PERFORM api.report_judge(h.id);
	IF r.state = 'supplement' THEN
		PERFORM api.report_clocks_resume(h.id, api.day(h.paused_at), greatest(api.day(p_at), api.day(h.paused_at)));
		UPDATE hz.report SET paused_at = NULL WHERE id = h.id;
	END IF;
	-- what was decided for r with a reason was decided for this one, too
	INSERT INTO hz.report_act (report_id, district, n, command, outcome, from_state, to_state, actor_id, role, occurred_at, recorded_at, reason_code, note, detail)
	SELECT h.id, h.district, 1 + (SELECT max(n) FROM hz.report_act WHERE report_id = h.id), coalesce(a.command, 'resumptions'), coalesce(a.outcome, v_state),
	       'merged', v_state, a.actor_id, coalesce(a.role, 'job'), coalesce(a.occurred_at, api.hour(p_at)), api.hour(api.now()), a.reason_code,
	       CASE WHEN a.id IS NULL THEN '所并入的一件不再办理，由这一件接续' ELSE a.note END, coalesce(a.detail, '{}') || jsonb_build_object('into', r.id)
	  FROM (SELECT) x LEFT JOIN LATERAL (SELECT * FROM hz.report_act
		WHERE report_id = r.id AND to_state = r.state AND from_state <> r.state AND r.state IN ('rejected', 'transferred') ORDER BY n DESC LIMIT 1) a ON true;
END $$;

-- Report p_id is about to leave (withdrawn, sent back), and others were merged into it: the oldest of them takes its place, so that nobody's report
-- goes because somebody else's did. Called by report_move, which holds their case, before it moves.
CREATE FUNCTION api.report_succeed(p_id uuid, p_at timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r hz.report;
	h hz.report;
BEGIN
	SELECT * INTO STRICT r FROM hz.report WHERE id = p_id;
	SELECT * INTO h FROM hz.report WHERE merged_into = p_id AND state = 'merged' ORDER BY received_at, id LIMIT 1;
	IF NOT FOUND THEN
		RETURN;
	ELSIF r.state = 'merged' THEN
		UPDATE hz.report SET merged_into = r.merged_into WHERE merged_into = p_id AND state = 'merged';
	ELSE
		PERFORM api.report_take_over(r, h, p_at);
	END IF;
END $$;

-- Nobody may read the one that is followed any more, but p_heir, which was merged into it: it is p_heir that is followed from now on.
CREATE FUNCTION api.report_change_places(p_id uuid, p_heir uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r hz.report;
	h hz.report;
BEGIN
	SELECT * INTO STRICT r FROM hz.report WHERE id = p_id;
	SELECT * INTO STRICT h FROM hz.report WHERE id = p_heir;
	PERFORM api.report_take_over(r, h, api.now());
	UPDATE hz.report_clock SET ended_on = api.today(), ended_by = 'merges' WHERE report_id = p_id AND ended_on IS NULL AND kind <> 'report_ticket';
	UPDATE hz.report SET state = 'merged', state_before = NULL, paused_at = NULL, merged_into = p_heir, handler_id = NULL, ended_at = api.hour(api.now()),
	       audience = 'bureau', version = version + 1, updated_at = api.hour(api.now()) WHERE id = p_id;
	INSERT INTO hz.report_act (report_id, district, n, command, from_state, to_state, role, occurred_at, recorded_at, note, detail)
	SELECT r.id, r.district, 1 + max(n), 'merges', r.state, 'merged', 'job', api.hour(api.now()), api.hour(api.now()), '没有人可以看这一件，由并案的另一件接续',
	       jsonb_build_object('into', p_heir) FROM hz.report_act WHERE report_id = r.id;
END $$;
