-- Loading a notice of the State Council from a small file (make calendar FILE=…), for the owner of the database. The file is comma-separated:
-- lines `key,value` that say which notice it is, one line of headings, then a line for each day or run of days.

-- The lines of the file that say something, with their numbers, each cut into its cells.
CREATE FUNCTION api.csv_lines(p_text text) RETURNS TABLE (line int, cell text[])
LANGUAGE sql IMMUTABLE AS $$
	SELECT l.n::int, ARRAY(SELECT btrim(c.text, E' \t\r"') FROM string_to_table(l.text, ',') WITH ORDINALITY c (text, n) ORDER BY c.n)
	  FROM string_to_table(ltrim(p_text, U&'\FEFF'), E'\n') WITH ORDINALITY l (text, n)
	 WHERE btrim(l.text, E' \t\r,"') NOT IN ('') AND left(l.text, 1) <> '#'
$$;

-- A date as people and spreadsheets write it: 2027-01-01, 2027/1/1, 2027年1月1日. NULL when it is none.
CREATE FUNCTION api.date_read(p_text text) RETURNS date
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	v text[] := regexp_match(p_text, '^(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?$');
BEGIN
	RETURN make_date(v[1]::int, v[2]::int, v[3]::int);
EXCEPTION WHEN datetime_field_overflow THEN
	RETURN NULL;
END $$;

-- What the lines above the headings say of the notice of p_head's year, and what is wrong with them.
CREATE FUNCTION api.calendar_head(p_head jsonb, OUT n hz.calendar_notice, OUT faults text[])
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_year text := p_head ->> 'year';
BEGIN
	n.year := CASE WHEN v_year ~ '^20\d\d$' THEN v_year::int END;
	n.id := coalesce(p_head ->> 'id', v_year);
	n.title := p_head ->> 'title';
	n.number := p_head ->> 'number';
	n.issued_on := api.date_read(p_head ->> 'issued_on');
	n.source := p_head ->> 'source';
	n.basis_read := coalesce(p_head ->> 'read' IN ('是', 'yes', 'true'), false);
	n.loaded_at := api.now();
	SELECT array_agg(f.fault) INTO faults
	  FROM (VALUES
		(CASE WHEN n.year IS NULL OR NOT EXISTS (SELECT FROM hz.calendar_date WHERE day = make_date(n.year, 1, 1))
			THEN '须有“年份”一行，写四位年份（2004 至 2060）' END),
		(CASE WHEN n.title IS NULL THEN '须有“标题”一行' END),
		(CASE WHEN n.source IS NULL THEN '须有“来源”一行：网址或文件' END),
		(CASE WHEN p_head ? 'issued_on' AND n.issued_on IS NULL THEN '“印发日期”不是日期' END),
		(CASE WHEN p_head ->> 'read' NOT IN ('是', '否', 'yes', 'no', 'true', 'false') THEN '“原文已核对”写“是”或“否”' END),
		(CASE WHEN n.id !~ ('^' || coalesce(n.year::text, '20\d\d') || '(-[2-9])?$') THEN '“编号”为年份，同年的补充通知为年份加 -2、-3 …' END)
		) f (fault)
	 WHERE f.fault IS NOT NULL;
END $$;

-- One line of days of the notice of p_year, and the first thing that is wrong with it.
CREATE FUNCTION api.calendar_row(p_year int, p_cell text[], OUT first date, OUT last date, OUT working boolean, OUT name text, OUT name_en text,
	OUT fault text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
	first := api.date_read(p_cell[1]);
	last := coalesce(api.date_read(p_cell[2]), first);
	working := CASE WHEN p_cell[3] IN ('放假', 'holiday') THEN false WHEN p_cell[3] IN ('上班', 'workday') THEN true END;
	name := coalesce(nullif(p_cell[4], ''), CASE WHEN working THEN '调休上班' END);
	name_en := coalesce(nullif(p_cell[5], ''), CASE WHEN working AND p_cell[4] = '' THEN 'Make-up day' END,
		(SELECT d.name_en FROM hz.calendar_day d WHERE d.name_zh = name ORDER BY d.day DESC LIMIT 1), name);
	fault := CASE
		WHEN first IS NULL THEN '“' || p_cell[1] || '”不是日期'
		WHEN p_cell[2] <> '' AND api.date_read(p_cell[2]) IS NULL THEN '“' || p_cell[2] || '”不是日期'
		WHEN last < first THEN '止日 ' || last || ' 早于起日 ' || first
		WHEN last - first >= 15 THEN '一行最多 15 天'
		-- a notice may arrange the last days of the year before
		WHEN extract(year FROM last) <> p_year AND last NOT BETWEEN make_date(p_year - 1, 12, 1) AND make_date(p_year - 1, 12, 31)
			OR first < make_date(p_year - 1, 12, 1) THEN first || ' 不是 ' || p_year || ' 年的日子（只可写到上一年 12 月）'
		WHEN working IS NULL THEN '安排写“放假”或“上班”'
		WHEN name IS NULL THEN '放假的日子须写节日名称'
		WHEN working AND EXISTS (SELECT FROM generate_series(0, last - first) g WHERE extract(isodow FROM first + g) < 6)
			THEN api.days_text(first, last) || ' 有周一至周五的日子：只有周六、周日才调休上班' END;
END $$;

-- Loads one notice with its days, in place of what was loaded of it before, and fills the calendar. Refuses with every fault and its line,
-- and then nothing is changed. Returns the notice, how many days it names, and how many days of the calendar it changes.
CREATE FUNCTION api.calendar_load(p_text text, OUT notice text, OUT days int, OUT changed int)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	c_keys CONSTANT jsonb := '{"年份": "year", "编号": "id", "标题": "title", "文号": "number", "印发日期": "issued_on", "来源": "source", "原文已核对": "read",
		"year": "year", "id": "id", "title": "title", "number": "number", "issued_on": "issued_on", "source": "source", "read": "read"}';
	v_start int := (SELECT min(l.line) FROM api.csv_lines(p_text) l WHERE l.cell[1] IN ('日期', 'date'));
	v_head jsonb := '{}';
	v_faults text[] := '{}';
	v_day hz.calendar_day;
	v_day_line jsonb := '{}';	-- which line a day stood in
	n hz.calendar_notice;
	h record;
	l record;
	r record;
BEGIN
	IF v_start IS NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = '没有“日期,至,安排,名称,英文名称”这一行 / no line of headings';
	END IF;
	FOR l IN SELECT * FROM api.csv_lines(p_text) t WHERE t.line < v_start LOOP
		IF NOT c_keys ? l.cell[1] OR cardinality(l.cell) < 2 THEN
			v_faults := v_faults || format('第 %s 行：不认识“%s”', l.line, l.cell[1]);
		ELSIF l.cell[2] <> '' THEN
			v_head := v_head || jsonb_build_object(c_keys ->> l.cell[1], l.cell[2]);
		END IF;
	END LOOP;
	h := api.calendar_head(v_head);
	n := h.n;
	v_faults := v_faults || coalesce(h.faults, '{}');

	CREATE TEMPORARY TABLE calendar_new (LIKE hz.calendar_day) ON COMMIT DROP;
	FOR l IN SELECT * FROM api.csv_lines(p_text) t WHERE t.line > v_start LOOP
		r := api.calendar_row(coalesce(n.year, extract(year FROM api.date_read(l.cell[1]))::int), l.cell);
		IF r.fault IS NOT NULL THEN
			v_faults := v_faults || format('第 %s 行：%s', l.line, r.fault);
			CONTINUE;
		END IF;
		FOR v_day IN SELECT r.first + g, coalesce(n.id, ''), r.working, r.name, r.name_en FROM generate_series(0, r.last - r.first) g LOOP
			IF v_day_line ? v_day.day::text THEN
				v_faults := v_faults || format('第 %s 行：%s 在第 %s 行已经写过', l.line, v_day.day, v_day_line ->> v_day.day::text);
			ELSIF EXISTS (SELECT FROM hz.calendar_day d WHERE d.day = v_day.day AND d.notice_id > n.id) THEN
				v_faults := v_faults || format('第 %s 行：%s 已由后来的通知 %s 安排', l.line, v_day.day,
					(SELECT d.notice_id FROM hz.calendar_day d WHERE d.day = v_day.day));
			ELSE
				v_day_line := v_day_line || jsonb_build_object(v_day.day, l.line);
				INSERT INTO calendar_new VALUES (v_day.*);
			END IF;
		END LOOP;
	END LOOP;
	IF v_day_line = '{}' AND v_faults = '{}' THEN
		v_faults := ARRAY['没有写任何日子'];
	END IF;
	IF v_faults <> '{}' THEN
		RAISE invalid_parameter_value USING MESSAGE = array_to_string('没有装载，错处如下 / not loaded:'::text || v_faults, E'\n');
	END IF;

	INSERT INTO hz.calendar_notice VALUES (n.*)
	ON CONFLICT (id) DO UPDATE SET year = EXCLUDED.year, title = EXCLUDED.title, number = EXCLUDED.number, issued_on = EXCLUDED.issued_on,
		source = EXCLUDED.source, basis_read = EXCLUDED.basis_read, loaded_at = EXCLUDED.loaded_at;
	DELETE FROM hz.calendar_day WHERE notice_id = n.id;
	INSERT INTO hz.calendar_day SELECT * FROM calendar_new
	ON CONFLICT (day) DO UPDATE SET notice_id = EXCLUDED.notice_id, working = EXCLUDED.working, name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en;
	notice := n.id;
	days := (SELECT count(*) FROM calendar_new);
	DROP TABLE calendar_new;
	changed := api.calendar_fill();
END $$;
