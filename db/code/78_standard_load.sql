-- Loading a hazard standard, or the clauses of one that are not here yet, from its text (make standard FILE=…), for the owner of the
-- database. The file is comma-separated: lines `key,value` that say which edition it is, one line of headings, then a line for each clause.

-- The category a cell names, by its code or its name (消防安全, 消防).
CREATE FUNCTION api.category_read(p_text text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT code FROM hz.category WHERE p_text IN (code, name_zh, replace(name_zh, '安全', '')) LIMIT 1
$$;

-- The edition the lines above the headings tell of, over what is known of it already; and what is wrong with them.
CREATE FUNCTION api.standard_head(p_head jsonb, OUT s hz.hazard_standard, OUT faults text[])
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	SELECT * INTO s FROM hz.hazard_standard t WHERE t.code = p_head ->> 'code' AND t.edition = p_head ->> 'edition';
	IF NOT FOUND THEN
		s.id := api.uuid_v7();
		s.code := p_head ->> 'code';
		s.edition := p_head ->> 'edition';
	END IF;
	s.title := coalesce(p_head ->> 'title', s.title);
	s.title_en := coalesce(p_head ->> 'title_en', s.title_en, s.title);
	s.document_number := coalesce(p_head ->> 'number', s.document_number);
	s.issued_by := coalesce(p_head ->> 'issued_by', s.issued_by);
	s.institution_type := coalesce(s.institution_type, (SELECT t.code FROM hz.institution_type t WHERE p_head ->> 'type' IN (t.code, t.name_zh)));
	s.effective_from := coalesce(s.effective_from, api.date_read(p_head ->> 'effective_from'));
	s.source := coalesce(p_head ->> 'source', s.source);
	s.basis_read := coalesce(p_head ->> 'read' IN ('是', 'yes', 'true'), false);
	s.loaded_at := api.now();
	SELECT array_agg(f.fault) INTO faults
	  FROM (VALUES
		(CASE WHEN s.code !~ '^[a-z][a-z0-9_]*$' THEN '“代码”只用小写字母、数字、下划线' WHEN s.code IS NULL THEN '须有“代码”一行，同一标准的各版次用同一代码' END),
		(CASE WHEN s.edition IS NULL THEN '须有“版次”一行' END),
		(CASE WHEN s.title IS NULL THEN '须有“标题”一行' END),
		(CASE WHEN s.issued_by IS NULL THEN '须有“发布机关”一行' END),
		(CASE WHEN s.source IS NULL THEN '须有“来源”一行：网址或文件' END),
		(CASE WHEN s.institution_type IS NULL THEN '须有“机构类型”一行，写代码或名称，如 elderly_care 或 养老服务机构' END),
		(CASE WHEN s.effective_from IS NULL THEN '须有“施行日期”一行' END),
		(CASE WHEN EXISTS (SELECT FROM hz.hazard_standard o WHERE o.code = s.code AND o.edition <> s.edition AND o.effective_from >= s.effective_from)
			THEN '已有施行更晚或同日的版次' END),
		(CASE WHEN p_head ->> 'read' NOT IN ('是', '否', 'yes', 'no', 'true', 'false') THEN '“原文已核对”写“是”或“否”' END)
		) f (fault)
	 WHERE f.fault IS NOT NULL;
END $$;

-- Loads an edition with its clauses, or adds clauses to it. A clause that is there stays as it is, because findings point at it: the same
-- citation with other words is a fault. A new edition ends the one before. Refuses with every fault and its line, and then nothing is changed.
CREATE FUNCTION api.standard_load(p_text text, OUT standard text, OUT added int, OUT kept int)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	c_keys CONSTANT jsonb := '{"代码": "code", "版次": "edition", "标题": "title", "英文标题": "title_en", "文号": "number", "发布机关": "issued_by", "机构类型": "type",
		"施行日期": "effective_from", "来源": "source", "原文已核对": "read", "code": "code", "edition": "edition", "title": "title", "title_en": "title_en",
		"number": "number", "issued_by": "issued_by", "type": "type", "effective_from": "effective_from", "source": "source", "read": "read"}';
	v_start int := (SELECT min(l.line) FROM api.csv_lines(p_text) l WHERE l.cell[1] IN ('条款', 'citation'));
	v_head jsonb := '{}';
	v_faults text[] := '{}';
	v_content text;
	v_old text;
	s hz.hazard_standard;
	h record;
	l record;
BEGIN
	IF v_start IS NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = '没有“条款,类别,内容”这一行 / no line of headings';
	END IF;
	FOR l IN SELECT * FROM api.csv_lines(p_text) t WHERE t.line < v_start LOOP
		IF NOT c_keys ? l.cell[1] OR cardinality(l.cell) < 2 THEN
			v_faults := v_faults || format('第 %s 行：不认识“%s”', l.line, l.cell[1]);
		ELSIF l.cell[2] <> '' THEN
			v_head := v_head || jsonb_build_object(c_keys ->> l.cell[1], array_to_string(l.cell[2:], ','));
		END IF;
	END LOOP;
	h := api.standard_head(v_head);
	s := h.s;
	v_faults := v_faults || coalesce(h.faults, '{}');
	added := 0;
	kept := 0;

	CREATE TEMPORARY TABLE clause_new (LIKE hz.hazard_clause, line int) ON COMMIT DROP;
	FOR l IN SELECT * FROM api.csv_lines(p_text) t WHERE t.line > v_start LOOP
		v_content := array_to_string(l.cell[3:], ',');
		v_old := (SELECT c.content FROM hz.hazard_clause c WHERE c.standard_id = s.id AND c.citation = l.cell[1]);
		IF l.cell[1] !~ '^第[一二三四五六七八九十]+条(第[一二三四五六七八九十]+项)?$' THEN
			v_faults := v_faults || format('第 %s 行：条款写“第几条”或“第几条第几项”，用汉字数字，不是“%s”', l.line, l.cell[1]);
		ELSIF api.category_read(l.cell[2]) IS NULL THEN
			v_faults := v_faults || format('第 %s 行：“%s”不是十类之一', l.line, coalesce(l.cell[2], ''));
		ELSIF coalesce(v_content, '') = '' THEN
			v_faults := v_faults || format('第 %s 行：没有写内容', l.line);
		ELSIF EXISTS (SELECT FROM clause_new c WHERE c.citation = l.cell[1]) THEN
			v_faults := v_faults || format('第 %s 行：%s 在第 %s 行已经写过', l.line, l.cell[1], (SELECT c.line FROM clause_new c WHERE c.citation = l.cell[1]));
		ELSIF v_old <> v_content THEN
			v_faults := v_faults || format('第 %s 行：%s 已经发布，原文为“%s”；已发布的条款不改写，有变化请另立版次', l.line, l.cell[1], v_old);
		ELSE
			INSERT INTO clause_new (id, standard_id, position, category, citation, content, basis_read, line)
			VALUES (api.uuid_v7(), s.id, 0, api.category_read(l.cell[2]), l.cell[1], v_content, s.basis_read, l.line);
		END IF;
	END LOOP;
	IF NOT EXISTS (SELECT FROM clause_new) AND v_faults = '{}' THEN
		v_faults := ARRAY['没有写任何条款'];
	END IF;
	IF v_faults <> '{}' THEN
		RAISE invalid_parameter_value USING MESSAGE = array_to_string('没有装载，错处如下 / not loaded:'::text || v_faults, E'\n');
	END IF;

	UPDATE hz.hazard_standard o SET effective_to = s.effective_from - 1, loaded_at = s.loaded_at
	 WHERE o.code = s.code AND o.edition <> s.edition AND o.effective_to IS NULL;
	INSERT INTO hz.hazard_standard SELECT s.*
	ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title, title_en = EXCLUDED.title_en, document_number = EXCLUDED.document_number,
		issued_by = EXCLUDED.issued_by, source = EXCLUDED.source, basis_read = EXCLUDED.basis_read, loaded_at = EXCLUDED.loaded_at;
	UPDATE hz.hazard_clause c SET basis_read = true FROM clause_new n
	 WHERE c.standard_id = s.id AND c.citation = n.citation AND n.basis_read;
	INSERT INTO hz.hazard_clause (id, standard_id, position, category, citation, content, basis_read)
	SELECT n.id, n.standard_id, (SELECT count(*) FROM hz.hazard_clause c WHERE c.standard_id = s.id) + row_number() OVER (ORDER BY n.line),
	       n.category, n.citation, n.content, n.basis_read
	  FROM clause_new n WHERE NOT EXISTS (SELECT FROM hz.hazard_clause c WHERE c.standard_id = s.id AND c.citation = n.citation);
	GET DIAGNOSTICS added = ROW_COUNT;
	kept := (SELECT count(*) FROM clause_new) - added;
	standard := s.title || ' ' || s.edition;
	DROP TABLE clause_new;
END $$;
