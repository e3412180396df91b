-- The legal calendar: which days work, and counting along them.

-- Works every day of the calendar out anew from notices and weekdays. Returns how many days changed.
CREATE FUNCTION api.calendar_fill() RETURNS int
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	v_changed int;
BEGIN
	INSERT INTO hz.calendar_date AS c (day, working, ordinal)
	SELECT w.day, w.working, count(*) FILTER (WHERE w.working) OVER (ORDER BY w.day)
	  FROM (SELECT g::date AS day, coalesce(d.working, extract(isodow FROM g) < 6) AS working
		  FROM generate_series(timestamp '2004-01-01', timestamp '2060-12-31', interval '1 day') g
		  LEFT JOIN hz.calendar_day d ON d.day = g::date) w
	ON CONFLICT (day) DO UPDATE SET working = EXCLUDED.working, ordinal = EXCLUDED.ordinal
	 WHERE (c.working, c.ordinal) IS DISTINCT FROM (EXCLUDED.working, EXCLUDED.ordinal);
	GET DIAGNOSTICS v_changed = ROW_COUNT;
	RETURN v_changed;
END $$;

-- Working days from p_from (not counted) to p_to (counted); negative when p_to is before. NULL outside of the calendar.
CREATE FUNCTION api.working_days(p_from date, p_to date) RETURNS int
LANGUAGE sql STABLE AS $$
	SELECT (SELECT ordinal FROM hz.calendar_date WHERE day = p_to) - (SELECT ordinal FROM hz.calendar_date WHERE day = p_from)
$$;

-- The last day of a period of p_amount days that begins on the day after p_from. NULL outside of the calendar.
CREATE FUNCTION api.period_end(p_from date, p_amount int, p_day_kind text) RETURNS date
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN p_day_kind = 'calendar' OR p_amount = 0 THEN p_from + p_amount
		ELSE (SELECT e.day FROM hz.calendar_date e
			WHERE e.working AND e.ordinal = (SELECT ordinal FROM hz.calendar_date WHERE day = p_from) + p_amount) END
$$;

-- What is not counted between p_from and p_to when working days are: runs of days off, each with its name.
CREATE FUNCTION api.period_skipped(p_from date, p_to date) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT string_agg(CASE WHEN r.first = r.last THEN r.first::text ELSE r.first || ' 至 ' || r.last END || ' ' || r.name, '、' ORDER BY r.first)
	  FROM (SELECT min(o.day) AS first, max(o.day) AS last, o.name
		  FROM (SELECT c.day, coalesce(d.name_zh, '休息日') AS name,
			       c.day - (row_number() OVER (PARTITION BY coalesce(d.name_zh, '休息日') ORDER BY c.day))::int AS run
			  FROM hz.calendar_date c LEFT JOIN hz.calendar_day d ON d.day = c.day
			 WHERE c.day > p_from AND c.day <= p_to AND NOT c.working) o
		 GROUP BY o.name, o.run) r
$$;

-- The steps of counting: from where, what is skipped, and a warning for years whose notice is not there yet.
CREATE FUNCTION api.period_steps(p_from date, p_amount int, p_day_kind text, p_basis text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_to date := api.period_end(p_from, p_amount, p_day_kind);
	v_skipped text;
	v_years text;
	v_steps jsonb := '[]';
BEGIN
	IF p_amount = 0 THEN
		RETURN jsonb_build_array(jsonb_build_object('step', 'counting', 'date', p_from, 'basis', p_basis, 'text', '当日完成'));
	END IF;
	v_steps := jsonb_build_array(jsonb_build_object('step', 'counting', 'date', p_from + 1, 'basis', p_basis,
		'text', '自次日 ' || p_from + 1 || ' 起算，共 ' || p_amount || ' 个' || CASE p_day_kind WHEN 'working' THEN '工作日' ELSE '自然日' END));
	IF p_day_kind = 'working' THEN
		v_skipped := api.period_skipped(p_from, v_to);
		IF v_skipped IS NOT NULL THEN
			v_steps := v_steps || jsonb_build_object('step', 'skipped', 'date', NULL, 'basis', '国务院办公厅节假日安排',
				'text', '不计：' || v_skipped);
		END IF;
		SELECT string_agg(y || ' 年', '、' ORDER BY y) INTO v_years
		  FROM generate_series(extract(year FROM p_from + 1)::int, extract(year FROM v_to)::int) y
		 WHERE NOT EXISTS (SELECT FROM hz.calendar_notice n WHERE n.year = y);
		IF v_years IS NOT NULL THEN
			v_steps := v_steps || jsonb_build_object('step', 'warning', 'date', NULL, 'basis', NULL,
				'text', v_years || '的节假日安排尚未公布，暂按周一至周五为工作日计算；通知公布后重新计算');
		END IF;
	END IF;
	RETURN v_steps;
END $$;
