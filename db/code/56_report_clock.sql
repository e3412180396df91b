-- Legal clocks of reports, as 39_clock.sql has them for findings. They run by the day of an act; a pause moves what is left.

-- Sets the clock of limit l going for a report from p_at. p_due: a date given from outside, in place of the limit's own period.
CREATE FUNCTION api.report_clock_start(l hz.time_limit, r api.report_shown, p_at timestamptz, p_due date DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	v_from CONSTANT date := api.day(p_at);
	v_due CONSTANT date := coalesce(p_due, api.period_end(v_from, l.amount, l.day_kind));
	v_basis CONSTANT text := CASE WHEN p_due IS NULL THEN api.time_limit_basis(l) ELSE '来件写明的期限' END;
BEGIN
	UPDATE hz.report_clock SET ended_on = v_from, ended_by = 'restarted' WHERE report_id = r.id AND kind = l.code AND ended_on IS NULL;
	INSERT INTO hz.report_clock (report_id, district, kind, title, limit_region, limit_edition, started_on, counted_from, due_on, explanation)
	VALUES (r.id, r.district, l.code, l.title, CASE WHEN p_due IS NULL THEN l.region END, CASE WHEN p_due IS NULL THEN l.edition END, v_from,
		CASE WHEN p_due IS NULL THEN v_from END, v_due,
		jsonb_build_array(
			jsonb_build_object('step', 'event', 'date', v_from, 'basis', NULL, 'text', l.title || '：自办理之日起'),
			jsonb_build_object('step', 'rule', 'date', p_due, 'basis', v_basis, 'text',
				CASE WHEN p_due IS NULL THEN l.title || '（时限 ' || l.code || '，第 ' || l.edition || ' 版）' ELSE '以来件写明的期限为准' END))
		|| CASE WHEN p_due IS NULL THEN api.period_steps(v_from, l.amount, l.day_kind, v_basis) ELSE '[]' END
		|| jsonb_build_object('step', 'result', 'date', v_due, 'basis', v_basis, 'text', v_due || ' 24 时到期，次日起为逾期'));
END $$;

CREATE FUNCTION api.report_clocks_of_merged(p_id uuid, p_command text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE hz.report_clock c SET ended_on = api.day(p_at), ended_by = p_command
	 WHERE c.report_id IN (SELECT u FROM api.report_case(p_id) u WHERE u <> p_id) AND c.ended_on IS NULL
	   AND EXISTS (SELECT FROM hz.time_limit t WHERE t.code = c.kind AND p_command = ANY (t.ends_with));
END $$;

-- What p_command on report r (as it is after it) means for its clocks: some end, some begin. A report the bureau takes over from an
-- institution is new to it. What is still owed for one that was merged into r (a hotline's ticket) ends with what ends it for r. Called
-- by report_move and report_take alone.
CREATE FUNCTION api.report_clocks_follow(r api.report_shown, p_command text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	v_starts CONSTANT text := CASE p_command WHEN 'escalations' THEN 'create' ELSE p_command END;
	v_code text;
	l hz.time_limit;
BEGIN
	UPDATE hz.report_clock c SET ended_on = api.day(p_at), ended_by = p_command
	 WHERE c.report_id = r.id AND c.ended_on IS NULL
	   AND (r.state IN ('rejected', 'transferred', 'returned', 'withdrawn', 'erased') OR r.state = 'merged' AND c.kind <> 'report_ticket' OR EXISTS (SELECT FROM hz.time_limit t
		WHERE t.code = c.kind AND t.region = coalesce(c.limit_region, t.region) AND t.edition = coalesce(c.limit_edition, t.edition)
		  AND p_command = ANY (t.ends_with)));
	PERFORM api.report_clocks_of_merged(r.id, p_command, p_at);
	FOR v_code IN SELECT DISTINCT t.code FROM hz.time_limit t WHERE t.resource = 'whistleblower_report' AND t.starts_with = v_starts LOOP
		l := api.time_limit(v_code, r.district, api.day(p_at));
		IF l.code IS NOT NULL AND l.starts_with = v_starts AND (l.kinds IS NULL OR api.report_kind(r.audience, r.channel) = ANY (l.kinds)) THEN
			PERFORM api.report_clock_start(l, r, p_at);
		END IF;
	END LOOP;
END $$;

-- The days from p_from to p_to did not count: what runs ends so much later, by the kind of days it is counted in. Each day once.
CREATE FUNCTION api.report_clocks_resume(p_id uuid, p_from date, p_to date) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	v_pause CONSTANT datemultirange := datemultirange(daterange(p_from, p_to));
BEGIN
	UPDATE hz.report_clock c
	   SET due_on = s.due, paused_days = c.paused_days + s.days, pauses = c.pauses + v_pause,
	       explanation = c.explanation || jsonb_build_object('step', 'paused', 'date', s.due, 'basis', NULL, 'text',
			'计时中止 ' || p_from || ' 至 ' || p_to || '，其间不计，顺延至 ' || s.due)
	  FROM (SELECT k.id, n.days, CASE WHEN l.day_kind = 'working' THEN api.period_end(k.due_on, n.working, 'working') ELSE k.due_on + n.days END AS due
		  FROM hz.report_clock k
		 CROSS JOIN LATERAL (SELECT coalesce(sum(upper(u) - lower(u)), 0)::int AS days, coalesce(sum(api.working_days(lower(u), upper(u))), 0)::int AS working
			  FROM unnest(v_pause - k.pauses) u) n
		  LEFT JOIN hz.time_limit l ON (l.code, l.region, l.edition) = (k.kind, k.limit_region, k.limit_edition)
		 WHERE k.report_id = p_id AND k.ended_on IS NULL AND k.kind <> 'report_supplement') s
	 WHERE c.id = s.id AND p_to > p_from;
END $$;
