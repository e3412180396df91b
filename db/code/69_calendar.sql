-- The legal calendar: which days work, and counting along them.

-- Works every day of the calendar out anew from notices and weekdays. Returns how many days that were off work now, or the other way round.
CREATE FUNCTION api.calendar_fill() RETURNS int
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	v_changed int;
BEGIN
	SELECT count(*) INTO v_changed FROM hz.calendar_date c LEFT JOIN hz.calendar_day d ON d.day = c.day
	 WHERE c.working <> coalesce(d.working, extract(isodow FROM c.day) < 6);
	INSERT INTO hz.calendar_date AS c (day, working, ordinal)
	SELECT w.day, w.working, count(*) FILTER (WHERE w.working) OVER (ORDER BY w.day)
	  FROM (SELECT g::date AS day, coalesce(d.working, extract(isodow FROM g) < 6) AS working
		  FROM generate_series(timestamp '2004-01-01', timestamp '2060-12-31', interval '1 day') g
		  LEFT JOIN hz.calendar_day d ON d.day = g::date) w
	ON CONFLICT (day) DO UPDATE SET working = EXCLUDED.working, ordinal = EXCLUDED.ordinal
	 WHERE (c.working, c.ordinal) IS DISTINCT FROM (EXCLUDED.working, EXCLUDED.ordinal);
	RETURN v_changed;
END $$;

-- Working days from p_from (not counted) to p_to (counted); negative when p_to is before. NULL outside of the calendar.
CREATE FUNCTION api.working_days(p_from date, p_to date) RETURNS int
LANGUAGE sql STABLE AS $$
	SELECT (SELECT ordinal FROM hz.calendar_date WHERE day = p_to) - (SELECT ordinal FROM hz.calendar_date WHERE day = p_from)
$$;

-- The first day from p_day on that works. NULL outside of the calendar.
CREATE FUNCTION api.working_day(p_day date) RETURNS date
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT day FROM hz.calendar_date WHERE day >= p_day AND working ORDER BY day LIMIT 1);
END $$;

-- The last day of a period of p_amount days that begins on the day after p_from, carried over to a working day where p_roll says
-- so. NULL outside of the calendar. PL/pgSQL keeps its plan: an order may have hundreds of items.
CREATE FUNCTION api.period_end(p_from date, p_amount int, p_day_kind text, p_roll text DEFAULT 'none') RETURNS date
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF p_amount = 0 OR p_day_kind = 'calendar' AND p_roll = 'none' THEN
		RETURN p_from + p_amount;
	ELSIF p_day_kind = 'calendar' THEN
		RETURN api.working_day(p_from + p_amount);
	END IF;
	RETURN (SELECT e.day FROM hz.calendar_date e
		 WHERE e.working AND e.ordinal = (SELECT ordinal FROM hz.calendar_date WHERE day = p_from) + p_amount);
END $$;

-- The notices that name days from p_first to p_last: the basis of what is done with these days. NULL when none does.
CREATE FUNCTION api.notices_of(p_first date, p_last date) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT string_agg('《' || n.title || '》' || coalesce('（' || n.number || '）', '') || CASE WHEN n.basis_read THEN '' ELSE '（原文未核对）' END, '、' ORDER BY n.id)
	  FROM hz.calendar_notice n
	 WHERE EXISTS (SELECT FROM hz.calendar_day d WHERE d.notice_id = n.id AND d.day BETWEEN p_first AND p_last)
$$;

-- A day, or a run of them, in words.
CREATE FUNCTION api.days_text(p_first date, p_last date) RETURNS text
LANGUAGE sql STABLE AS $$ SELECT CASE WHEN p_first = p_last THEN p_first::text ELSE p_first || ' 至 ' || p_last END $$;

-- What is not counted after p_from up to p_to when working days are: holidays by name, weekends (by number when there are many),
-- and beside them the weekend days that make up for a holiday, which are counted. NULL when there is nothing to say.
CREATE FUNCTION api.period_skipped(p_from date, p_to date) RETURNS text
LANGUAGE sql STABLE AS $$
	WITH run AS (
		SELECT min(o.day) AS first, max(o.day) AS last, o.name, o.working
		  FROM (SELECT c.day, c.working, coalesce(d.name_zh, '') AS name,
			       c.day - (row_number() OVER (PARTITION BY c.working, coalesce(d.name_zh, '') ORDER BY c.day))::int AS run
			  FROM hz.calendar_date c LEFT JOIN hz.calendar_day d ON d.day = c.day
			 WHERE c.day > p_from AND c.day <= p_to AND (NOT c.working OR d.working)) o
		 GROUP BY o.working, o.name, o.run
	), part AS (
		SELECT 1 AS place, '不计 ' || string_agg(api.days_text(r.first, r.last) || ' ' || r.name, '、' ORDER BY r.first) AS text
		  FROM run r WHERE NOT r.working AND r.name <> ''
		UNION ALL
		SELECT 2, '不计周末 ' || CASE WHEN count(*) > 8 THEN sum(r.last - r.first + 1) || ' 天'
			ELSE string_agg(api.days_text(r.first, r.last), '、' ORDER BY r.first) END
		  FROM run r WHERE NOT r.working AND r.name = ''
		UNION ALL
		SELECT 3, '计入调休上班日 ' || string_agg(api.days_text(r.first, r.last), '、' ORDER BY r.first) FROM run r WHERE r.working
	)
	SELECT string_agg(p.text, '；' ORDER BY p.place) FROM part p
$$;

-- One step of an explanation.
CREATE FUNCTION api.step(p_step text, p_date date, p_basis text, p_text text) RETURNS jsonb
LANGUAGE sql STABLE AS $$ SELECT jsonb_build_object('step', p_step, 'date', p_date, 'basis', p_basis, 'text', p_text) $$;

CREATE FUNCTION api.step_result(p_due date, p_basis text) RETURNS jsonb
LANGUAGE sql STABLE AS $$ SELECT api.step('result', p_due, p_basis, p_due || ' 24 时到期，次日起为逾期') $$;

-- The years from p_first to p_last, in words, that no notice is there for. NULL when all have one.
CREATE FUNCTION api.years_without_notice(p_first date, p_last date) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT string_agg(y || ' 年', '、' ORDER BY y)
	  FROM generate_series(extract(year FROM p_first)::int, extract(year FROM p_last)::int) y
	 WHERE NOT EXISTS (SELECT FROM hz.calendar_notice n WHERE n.year = y)
$$;

-- The steps of counting: from where, what is skipped, whether the last day is carried over, and a warning for years whose notice
-- is not there yet, where the calendar matters. p_basis: that of the period.
CREATE FUNCTION api.period_steps(p_from date, p_amount int, p_day_kind text, p_basis text, p_roll text DEFAULT 'none') RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_last date := api.period_end(p_from, p_amount, p_day_kind);
	v_to date := api.period_end(p_from, p_amount, p_day_kind, p_roll);
	v_steps jsonb;
	v_skipped text;
	v_years text;
BEGIN
	IF p_amount = 0 THEN
		RETURN jsonb_build_array(api.step('counting', p_from, p_basis, '当日完成'));
	END IF;
	v_steps := jsonb_build_array(api.step('counting', p_from + 1, p_basis,
		'自次日 ' || p_from + 1 || ' 起算，共 ' || p_amount || CASE p_day_kind WHEN 'working' THEN ' 个工作日' ELSE ' 个自然日' END));
	IF p_day_kind = 'working' THEN
		v_skipped := api.period_skipped(p_from, v_to);
		IF v_skipped IS NOT NULL THEN
			v_steps := v_steps || api.step('skipped', NULL, api.notices_of(p_from + 1, v_to), v_skipped);
		END IF;
		v_years := api.years_without_notice(p_from + 1, v_to);
	ELSIF p_roll <> 'none' THEN
		IF v_to > v_last THEN
			v_steps := v_steps || api.step('roll', v_to, coalesce(api.notices_of(v_last, v_to), p_basis),
				'末日 ' || v_last || ' 为休息日，顺延至其后第一个工作日；' || api.period_skipped(v_last - 1, v_to));
		END IF;
		v_years := api.years_without_notice(v_last, v_to);
	END IF;
	IF v_years IS NOT NULL THEN
		v_steps := v_steps || api.step('warning', NULL, NULL,
			v_years || '的节假日安排尚未公布，暂按周一至周五为工作日计算；通知公布后重新计算');
	END IF;
	RETURN v_steps;
END $$;

CREATE FUNCTION api.calendar_notice_json(n hz.calendar_notice) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', n.id, 'title', n.title, 'number', n.number, 'issued_on', n.issued_on, 'source', n.source,
		'basis_read', n.basis_read)
$$;

-- The years of p_from to p_to with their notices; one without is provisional and says so.
CREATE FUNCTION api.calendar_years(p_from date, p_to date) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_agg(json_build_object('year', y, 'provisional', n.notices IS NULL,
		'warning', CASE WHEN n.notices IS NULL
			THEN y || ' 年的节假日安排尚未公布，暂按周一至周五为工作日 / no notice for ' || y || ' yet: Monday to Friday are taken for working days' END,
		'notices', coalesce(n.notices, '[]')) ORDER BY y)
	  FROM generate_series(extract(year FROM p_from)::int, extract(year FROM p_to)::int) y
	 CROSS JOIN LATERAL (SELECT json_agg(api.calendar_notice_json(t) ORDER BY t.id) AS notices FROM hz.calendar_notice t WHERE t.year = y) n
$$;

CREATE FUNCTION api.calendar_days(p_from date, p_to date) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_agg(json_build_object('date', c.day, 'weekday', extract(isodow FROM c.day)::int, 'working', c.working,
		'kind', CASE WHEN d.day IS NULL THEN CASE WHEN c.working THEN 'workday' ELSE 'weekend' END
			WHEN d.working THEN 'make_up_workday' ELSE 'holiday' END,
		'name', d.name_zh, 'name_en', d.name_en, 'notice', d.notice_id) ORDER BY c.day)
	  FROM hz.calendar_date c LEFT JOIN hz.calendar_day d ON d.day = c.day
	 WHERE c.day BETWEEN p_from AND p_to
$$;

-- The calendar from p_from to p_to, the whole year where they are left out. 400 when that is more than 400 days or beyond what there is.
CREATE FUNCTION api.calendar(p_from date, p_to date) RETURNS api.answer
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_from CONSTANT date := coalesce(p_from, date_trunc('year', coalesce(p_to, api.today())::timestamp)::date);
	v_to CONSTANT date := coalesce(p_to, (date_trunc('year', v_from::timestamp) + interval '1 year - 1 day')::date);
	v_first date;
	v_last date;
	v_fault jsonb;
	v_body json;
BEGIN
	SELECT min(day), max(day) INTO v_first, v_last FROM hz.calendar_date;
	v_fault := CASE
		WHEN v_from < v_first OR v_from > v_last THEN api.fault('?from', 'out_of_range', '日历自 ' || v_first || ' 至 ' || v_last)
		WHEN v_to > v_last THEN api.fault('?to', 'out_of_range', '日历自 ' || v_first || ' 至 ' || v_last)
		WHEN v_to < v_from THEN api.fault('?to', 'out_of_range', '不得早于 from')
		WHEN v_to - v_from >= 400 THEN api.fault('?to', 'out_of_range', '一次最多 400 天') END;
	IF v_fault IS NOT NULL THEN
		PERFORM api.refuse('HZ400', jsonb_build_object('code', 'invalid_query', 'errors', jsonb_build_array(v_fault)));
	END IF;
	v_body := json_build_object('from', v_from, 'to', v_to, 'years', api.calendar_years(v_from, v_to), 'days', api.calendar_days(v_from, v_to));
	RETURN ROW(200, v_body, api.content_version(v_body), NULL)::api.answer;
END $$;
