-- Hazard standards: what holds of the data, which edition a day has, and the faults of a finding's clause day by day.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql

-- The data.
SELECT is(ARRAY(SELECT s.code FROM hz.hazard_standard s WHERE NOT EXISTS (SELECT FROM hz.hazard_clause c WHERE c.standard_id = s.id)), '{}', 'every standard has clauses');
SELECT is(ARRAY(SELECT standard_id::text FROM hz.hazard_clause GROUP BY standard_id HAVING min(position) <> 1 OR max(position) <> count(*)), '{}',
	'numbered without a gap');
SELECT is(ARRAY(SELECT citation FROM hz.hazard_clause GROUP BY standard_id, citation HAVING count(*) > 1), '{}', 'a citation stands once');
SELECT is(ARRAY(SELECT citation FROM hz.hazard_clause WHERE citation !~ '^第[一二三四五六七八九十]+条(第[一二三四五六七八九十]+项)?$'), '{}', 'and says where the text is');
SELECT is(ARRAY(SELECT a.code FROM hz.hazard_standard a JOIN hz.hazard_standard b USING (code)
	 WHERE a.id < b.id AND daterange(a.effective_from, a.effective_to, '[]') && daterange(b.effective_from, b.effective_to, '[]')), '{}', 'no two editions at once');
SELECT is(ARRAY(SELECT s.code FROM hz.hazard_standard s WHERE s.basis_read AND EXISTS (SELECT FROM hz.hazard_clause c WHERE c.standard_id = s.id AND NOT c.basis_read)), '{}',
	'a standard is read when all its clauses are');

-- Two editions of a made-up one for funeral places, with a day between them that has none.
INSERT INTO hz.hazard_standard (id, code, edition, title, title_en, issued_by, institution_type, effective_from, effective_to, source) VALUES
	('00000000-0000-7000-8000-000000005001', 'x', '1', 'x', 'x', 'x', 'funeral', '2024-02-29', '2025-12-30', 'x'),
	('00000000-0000-7000-8000-000000005002', 'x', '2', 'x', 'x', 'x', 'funeral', '2026-01-01', NULL, 'x');
INSERT INTO hz.hazard_clause (id, standard_id, position, category, citation, content)
SELECT ('00000000-0000-7000-8000-00000000600' || n)::uuid, ('00000000-0000-7000-8000-00000000500' || n)::uuid, 1, 'fire', '第一条', 'x' FROM generate_series(1, 2) n;

CREATE FUNCTION pg_temp.judged(p_found text, p_clause int, p_words text, p_severity text, p_taken_up boolean) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	f hz.finding;
BEGIN
	f.institution_type := 'funeral';
	f.found_at := p_found;
	f.severity := p_severity;
	f.clause_id := '00000000-0000-7000-8000-00000000600' || p_clause;
	f.violated_clause := p_words;
	RETURN coalesce(api.finding_clause_faults(f, p_taken_up) #>> '{0,code}', 'good');
END $$;
SELECT is(pg_temp.judged(v.found, v.clause, v.words, v.severity, v.taken_up), v.want, v.found || ' ' || coalesce(v.clause::text, '-') || ' ' || v.severity || ' ' || v.taken_up)
  FROM (VALUES
	('2024-02-28T23:59:59+08:00', NULL, NULL, 'major', true, 'violated_clause_required'),	-- the day before
	('2024-02-28T23:59:59+08:00', NULL, '', 'major', true, 'violated_clause_required'),
	('2024-02-28T23:59:59+08:00', NULL, '《消防法》', 'major', true, 'good'),
	('2024-02-28T23:59:59+08:00', 1, '《消防法》', 'major', true, 'clause_not_in_force'),
	('2024-02-28T16:00:00Z', 1, NULL, 'major', true, 'good'),				-- 29 February here
	('2024-02-28T16:00:00Z', NULL, '《消防法》', 'major', true, 'clause_required'),
	('2024-02-28T16:00:00Z', NULL, NULL, 'major', false, 'good'),				-- only reported
	('2024-02-28T16:00:00Z', 2, NULL, 'major', false, 'clause_not_in_force'),
	('2024-02-28T16:00:00Z', 9, NULL, 'major', false, 'unknown_reference'),
	('2024-02-28T16:00:00Z', 1, NULL, 'general', true, 'clause_of_major_only'),
	('2024-02-28T16:00:00Z', NULL, NULL, 'general', true, 'good'),
	('2025-12-30T23:59:59+08:00', 1, NULL, 'major', true, 'good'),				-- its last day
	('2025-12-31T00:00:00+08:00', 1, NULL, 'major', true, 'clause_not_in_force'),		-- the day without one
	('2025-12-31T23:59:59+08:00', NULL, '《消防法》', 'major', true, 'good'),
	('2025-12-31T16:00:00Z', 1, NULL, 'major', true, 'clause_not_in_force'),
	('2025-12-31T16:00:00Z', 2, NULL, 'major', true, 'good')) v (found, clause, words, severity, taken_up, want);

-- A listing does not outlive its finding, whoever writes.
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description, found_at, state, last_act_at, created_by, supervised)
VALUES ('00000000-0000-7000-8000-0000000000f1', '500103', '00000000-0000-7000-8000-0000000000a1', 'elderly_care', '500103001', 'fire', 'major', 'street', 'x',
	api.now(), 'confirmed', api.now(), '00000000-0000-7000-8000-000000000001', true);
SELECT throws_ok($$UPDATE hz.finding SET state = 'voided' WHERE id = '00000000-0000-7000-8000-0000000000f1'$$, '23514', NULL, 'not past the end');
SELECT is(pg_temp.call('chief', $$api.finding_act('00000000-0000-7000-8000-0000000000f1', 'dismissals', $1)$$, '{"note": "x"}') ->> 'state', 'dismissed', 'by an act it ends');
SELECT is((SELECT array_agg(command || ' ' || outcome ORDER BY command) FROM hz.finding_act WHERE finding_id = '00000000-0000-7000-8000-0000000000f1'),
	'{"dismissals ","supervisions lift"}', 'and is lifted on the record');

-- A clock that begins with the report of a hazard begins whoever reports it, and is seen by those whom it concerns.
INSERT INTO person VALUES ('clerk', '00000000-0000-7000-8000-000000000011', 'staff', '00000000-0000-7000-8000-0000000000a1', '');
INSERT INTO hz.actor (id, district, kind, name) VALUES ('00000000-0000-7000-8000-000000000011', '500103', 'person', 'clerk');
INSERT INTO hz.time_limit (code, region, edition, title, title_en, amount, day_kind, resource, starts_with, responsible, effective_from)
VALUES ('x', '', '1', 'x', 'x', 3, 'calendar', 'finding', 'create', '{inspector}', '2020-01-01');
SELECT is(pg_temp.call(v.name, 'api.finding_create($1)', format('{"institution_id": "00000000-0000-7000-8000-0000000000a1", "category": "%s", "severity": "major", "description": "x"}', category)::jsonb)
	->> 'state', 'reported', v.name || ' reports') FROM (VALUES ('clerk', 'fire'), ('street', 'psychological'), ('home', 'fire')) v (name, category);
SELECT is((SELECT array_agg(kind || ' ' || due_on ORDER BY kind, created_at) FROM hz.clock), '{"major_escalation 2026-11-23","x 2026-11-26","x 2026-11-26","x 2026-11-26"}',
	'each has its clocks');
SELECT is(ARRAY(SELECT pg_temp.call(n, '(SELECT count(*)::int AS n FROM hz.clock)') ->> 'n' FROM unnest('{chief,home,street,clerk}'::text[]) n), '{4,4,3,0}', 'seen as the findings are, by employees not');

-- Loading from a file: a new edition ends the one before, clauses that are missing are added, published ones stay.
CREATE FUNCTION pg_temp.load(p_text text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT format('%s +%s =%s', standard, added, kept) FROM api.standard_load(p_text));
EXCEPTION WHEN invalid_parameter_value THEN
	RETURN SQLERRM;
END $$;
\set home '代码,elderly_care\n版次,2023\n来源,某网站全文\n原文已核对,是\n条款,类别,内容\n'
SELECT is(pg_temp.load(:'home' || E'第四条第一项,disaster,另一种说法\n第六条第一项,消防,"堵塞, 占用通道"\n第六条第一项,fire,x\n六条,fire,x\n第七条,火,x\n第八条,fire,\n'),
	E'没有装载，错处如下 / not loaded:\n第 6 行：第四条第一项 已经发布，原文为“房屋经鉴定为 C 级或 D 级危房，或者住房城乡建设部门认为建筑安全有重大隐患”；已发布的条款不改写，有变化请另立版次'
	'\n第 8 行：第六条第一项 在第 7 行已经写过\n第 9 行：条款写“第几条”或“第几条第几项”，用汉字数字，不是“六条”\n第 10 行：“火”不是十类之一\n第 11 行：没有写内容', 'every fault with its line');
SELECT is((SELECT loaded_at FROM hz.hazard_standard WHERE code = 'elderly_care'), NULL, 'and nothing is changed');
SELECT is(pg_temp.load(:'home' || E'第六条第一项,消防安全,"堵塞, 占用通道"\n第四条第三项,fire,违规用易燃可燃芯材的彩钢板搭建有人活动的房屋，或者大量用易燃可燃材料装修装饰\n'),
	'养老机构重大事故隐患判定标准 2023 +1 =1', 'what is missing is added');
SELECT is(ARRAY[c.position::text, c.category, c.content, c.basis_read::text], ARRAY['12', 'fire', '堵塞,占用通道', 'true'], 'at the end')
  FROM hz.hazard_clause c WHERE c.citation = '第六条第一项' AND c.standard_id = '01900000-0000-7000-8001-000000000100';
SELECT is(pg_temp.load(E'代码,funeral_x\n版次,1\n条款,类别,内容\n第一条,fire,x'),
	E'没有装载，错处如下 / not loaded:\n须有“标题”一行\n须有“发布机关”一行\n须有“来源”一行：网址或文件\n须有“机构类型”一行，写代码或名称，如 elderly_care 或 养老服务机构\n须有“施行日期”一行',
	'a new one says what it is');
SELECT is(pg_temp.load(E'代码,elderly_care\n版次,2027\n标题,新标准\n发布机关,民政部\n机构类型,养老服务机构\n施行日期,2027年3月1日\n来源,x\n条款,类别,内容\n第一条,fire,x'),
	'新标准 2027 +1 =0', 'a new edition');
SELECT is(array_agg(edition || ' ' || effective_from || ' ' || coalesce(effective_to::text, '-') ORDER BY edition), ARRAY['2023 2023-11-27 2027-02-28', '2027 2027-03-01 -'],
	'ends the one before') FROM hz.hazard_standard WHERE code = 'elderly_care';
SELECT is(pg_temp.load(E'代码,elderly_care\n版次,2026\n标题,旧\n发布机关,民政部\n机构类型,养老服务机构\n施行日期,2026-03-01\n来源,x\n条款,类别,内容\n第一条,fire,x'),
	E'没有装载，错处如下 / not loaded:\n已有施行更晚或同日的版次', 'never between two others');
SELECT is(pg_temp.load('x'), '没有“条款,类别,内容”这一行 / no line of headings', 'not a standard');

SELECT finish();
ROLLBACK;
