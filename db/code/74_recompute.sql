-- Counting running deadlines and clocks again after a notice has changed which days work: for the owner of the database (make recompute).

-- What would be another date, or is provisional and would be final: kind 'deadline' (of a finding), 'clock', or 'report_clock', which does
-- not say of which institution.
CREATE TYPE api.deadline_move AS (
	kind text, id uuid, finding_id uuid, district text, institution text, title text, old_due date, new_due date, explanation jsonb
);

-- An explanation with its counting done again; what led to it is kept.
CREATE FUNCTION api.explain_again(p_old jsonb, p_from date, p_amount int, p_day_kind text, p_roll text) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(e.step ORDER BY e.n) FILTER (WHERE e.n < c.n), '[]')
	       || api.period_steps(p_from, p_amount, p_day_kind, c.basis, p_roll)
	       || api.step_result(api.period_end(p_from, p_amount, p_day_kind, p_roll), c.basis)
	  FROM (SELECT t.n, t.step ->> 'basis' AS basis FROM jsonb_array_elements(p_old) WITH ORDINALITY t (step, n)
		 WHERE t.step ->> 'step' = 'counting' ORDER BY t.n LIMIT 1) c
	 CROSS JOIN jsonb_array_elements(p_old) WITH ORDINALITY e (step, n)
	 GROUP BY c.n, c.basis
$$;

-- Working days of a clock's pauses, which its period is longer by.
CREATE FUNCTION api.paused_working_days(p_pauses datemultirange) RETURNS int
LANGUAGE sql STABLE AS $$ SELECT coalesce(sum(api.working_days(lower(r), upper(r))), 0)::int FROM unnest(p_pauses) r $$;

-- That days of pauses did not count, and what comes of it. Empty without pauses.
CREATE FUNCTION api.pause_steps(p_pauses datemultirange, p_due date) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(api.step('paused', NULL, NULL, '计时中止 ' || lower(r) || ' 至 ' || upper(r) || '，其间不计') ORDER BY r)
		|| api.step_result(p_due, NULL), '[]') FROM unnest(p_pauses) r
$$;

-- Everything that runs, was counted along the calendar, and would come out differently today.
CREATE FUNCTION api.deadline_moves() RETURNS SETOF api.deadline_move
LANGUAGE sql STABLE AS $$
	WITH counted AS (
		SELECT 'deadline' AS kind, d.id, f.id AS finding_id, f.district, f.institution_id, f.description AS title, d.due_on, d.provisional, d.explanation,
		       d.counted_from, d.days AS amount, d.day_kind, r.roll, datemultirange() AS pauses
		  FROM hz.deadline d JOIN hz.finding f ON f.id = d.finding_id JOIN hz.deadline_rule r ON r.id = d.rule_id
		 WHERE d.current AND f.is_open AND d.counted_from IS NOT NULL AND (d.day_kind = 'working' OR r.roll <> 'none')
		UNION ALL
		SELECT 'clock', c.id, c.finding_id, c.district, c.institution_id, c.title, c.due_on, c.provisional, c.explanation,
		       c.counted_from, l.amount, l.day_kind, 'none', '{}'
		  FROM hz.clock c JOIN hz.time_limit l ON (l.code, l.region, l.edition) = (c.kind, c.limit_region, c.limit_edition)
		 WHERE c.ended_at IS NULL AND c.counted_from IS NOT NULL AND l.day_kind = 'working'
		UNION ALL
		SELECT 'report_clock', c.id, NULL, c.district, NULL, c.title, c.due_on, c.provisional, c.explanation,
		       c.counted_from, l.amount, l.day_kind, 'none', c.pauses
		  FROM hz.report_clock c JOIN hz.time_limit l ON (l.code, l.region, l.edition) = (c.kind, c.limit_region, c.limit_edition)
		 WHERE c.ended_on IS NULL AND c.counted_from IS NOT NULL AND l.day_kind = 'working'
	)
	SELECT c.kind, c.id, c.finding_id, c.district, n.name, c.title, c.due_on, e.due, x.steps
	  FROM counted c
	 CROSS JOIN LATERAL (SELECT api.period_end(c.counted_from, c.amount + api.paused_working_days(c.pauses), c.day_kind, c.roll) AS due OFFSET 0) e
	 CROSS JOIN LATERAL (SELECT api.explain_again(c.explanation, c.counted_from, c.amount, c.day_kind, c.roll)
			|| api.pause_steps(c.pauses, e.due) AS steps OFFSET 0) x
	  LEFT JOIN hz.institution n ON n.id = c.institution_id
	 WHERE e.due <> c.due_on OR c.provisional AND NOT x.steps @> '[{"step": "warning"}]'
	 ORDER BY c.district, n.name, c.due_on, c.id
$$;

-- Why a date is set again, in words.
CREATE FUNCTION api.move_reason(m api.deadline_move) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN m.new_due = m.old_due THEN '节假日安排已公布，重新计算，期限不变'
		ELSE '按节假日安排重新计算：' || m.old_due || ' 改为 ' || m.new_due END
$$;

-- Whom the changes of a recomputation are put down to, in p_district: an actor without a key.
CREATE FUNCTION api.recompute_actor(p_district text) RETURNS uuid
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	c_name CONSTANT text := '期限重新计算（系统）';
	v_id uuid := (SELECT min(id::text)::uuid FROM hz.actor WHERE district = p_district AND kind = 'system' AND name = c_name);
BEGIN
	IF v_id IS NULL THEN
		INSERT INTO hz.actor (id, district, kind, name) VALUES (api.uuid_v7(), p_district, 'system', c_name) RETURNING id INTO v_id;
	END IF;
	RETURN v_id;
END $$;

-- A clock goes on with another date: the one before ends, its successor says which it replaces.
CREATE FUNCTION api.clock_move(m api.deadline_move) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	v_id uuid := api.uuid_v7();
	c hz.clock;
BEGIN
	UPDATE hz.clock SET ended_at = api.now(), ended_by = 'recomputed' WHERE id = m.id AND ended_at IS NULL RETURNING * INTO c;
	IF NOT FOUND THEN
		RETURN;		-- it has been ended meanwhile
	END IF;
	PERFORM api.act_begin(v_id, 'recomputed', api.now(), api.move_reason(m), jsonb_build_object('explanation', m.explanation));
	INSERT INTO hz.clock (id, kind, district, institution_id, institution_type, street, finding_id, category, severity, resource, resource_id,
		title, responsible, responsible_name, limit_region, limit_edition, started_at, counted_from, due_on, shown_from, explanation, created_at, replaces)
	VALUES (v_id, c.kind, c.district, c.institution_id, c.institution_type, c.street, c.finding_id, c.category, c.severity, c.resource,
		c.resource_id, c.title, c.responsible, c.responsible_name, c.limit_region, c.limit_edition, c.started_at, c.counted_from, m.new_due,
		c.shown_from + (m.new_due - c.due_on), m.explanation, api.now(), c.id);
END $$;

-- Sets all of it anew, each with its reason and its steps; the dates before stay as history. Returns what was done.
CREATE FUNCTION api.deadline_recompute() RETURNS SETOF api.deadline_move
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	m api.deadline_move;
	d hz.deadline;
BEGIN
	-- nobody gives a finding another deadline meanwhile
	PERFORM FROM hz.finding WHERE id IN (SELECT finding_id FROM api.deadline_moves()) ORDER BY id FOR UPDATE;
	FOR m IN SELECT * FROM api.deadline_moves() LOOP
		IF m.kind = 'report_clock' THEN
			-- of reports there are no events: the clock itself says what became of it
			UPDATE hz.report_clock SET due_on = m.new_due, explanation = m.explanation || api.step('result', m.new_due, NULL, api.move_reason(m))
			 WHERE id = m.id AND ended_on IS NULL;
			RETURN NEXT m;
			CONTINUE;
		END IF;
		PERFORM set_config('app.actor', api.recompute_actor(m.district)::text, true);
		IF m.kind = 'clock' THEN
			PERFORM api.clock_move(m);
		ELSE
			SELECT * INTO d FROM hz.deadline WHERE id = m.id;
			PERFORM api.deadline_set(d.finding_id, d.round, m.new_due, api.move_reason(m), m.explanation, d.order_id,
				d.day_kind, d.days, d.rule_id, NULL, d.counted_from);
		END IF;
		RETURN NEXT m;
	END LOOP;
	PERFORM set_config('app.actor', '', true);
END $$;
