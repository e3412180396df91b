-- Visits, told as the steps a phone or a desk would have sent. A step is one call: who, when, what, with which body.

CREATE TEMPORARY TABLE demo_step (
	seq integer GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL, actor text NOT NULL, op text NOT NULL,
	target uuid, body jsonb NOT NULL);

CREATE FUNCTION pg_temp.inst(key text) RETURNS uuid LANGUAGE sql STABLE AS $$
	SELECT id FROM pg_temp.demo_institution_body b WHERE b.key = inst.key
$$;

-- A visit: inspectors are actors' keys; days are relative; upto is the last step taken.
CREATE TEMPORARY TABLE demo_visit (
	n integer PRIMARY KEY, inst text, kind text, method text, day integer, start time, hours numeric, actors text[], upto text,
	checklist boolean, task text, conclusion text, refused text);

INSERT INTO demo_visit VALUES
	( 1, 'h1', 'special', 'night', -26, '21:30', 1.5, '{i1,i2}', 'recorded', true, '百日行动夜查',
	     '三楼东侧安全出口夜间上锁，已当场开锁；夜班人手不足，责令限期整改。', NULL),
	( 2, 'h1', 'routine', 'unannounced', -20, '09:30', 3, '{i1,i2}', 'recorded', true, '年度检查计划',
	     '食堂留样不合规、205 卫生间呼叫器失效，责令限期整改；其余抽查项目未见问题。', NULL),
	( 3, 'f1', 'routine', 'joint', -9, '10:00', 2, '{i3,i4}', 'recorded', false, '汛期联合检查（会同住建）',
	     '后坡挡墙鼓胀开裂，列为重大隐患，已封闭平台。', NULL),
	( 4, 'c1', 'self', 'ordinary', -6, '08:30', 2, '{inst_c1}', 'recorded', true, '每月自查',
	     '自查发现两处隐患，一处已自行整改，一处正在整改。', NULL),
	( 5, 'm1', 'routine', 'ordinary', -4, '14:30', 1, '{i3,i4}', 'recorded', false, '年度检查计划',
	     '未发现问题。', NULL),
	( 6, 'h5', 'special', 'double_random', -3, '09:00', 2.5, '{i1,i4}', 'awaiting_signature', true, '双随机抽查',
	     '电梯检验过期，厨房燃气报警未接切断阀，责令限期整改。', NULL),
	( 7, 'h4', 'case', 'look_back', 0, NULL, NULL, '{i2,i3}', 'in_progress', true, '家属反映线索核查', NULL, NULL),
	( 8, 'k1', 'routine', 'ordinary', 2, NULL, NULL, '{i3,i4}', 'planned', false, '年度检查计划', NULL, NULL),
	( 9, 'h2', 'special', 'double_random', 5, NULL, NULL, '{i1,i2}', 'noticed', true, '双随机抽查', NULL, NULL),
	(10, 's13', 'routine', 'ordinary', -2, NULL, NULL, '{i2,i4}', 'planned', true, '年度检查计划', NULL, NULL),
	(11, 'r1', 'routine', 'ordinary', -5, NULL, NULL, '{i3,i4}', 'cancelled', false, '年度检查计划', NULL, NULL),
	(12, 's1', 'patrol', 'ordinary', -8, '15:00', 1, '{st1}', 'recorded', false, '街道每周巡查', '楼道堆物，已上报区民政局。', NULL),
	(13, 'c4', 'supervision', 'look_back', -15, '10:00', 1.5, '{chief1}', 'recorded', true, '整改回头看督查',
	     '演练记录与实际不符，已列入整改。', NULL),
	(14, 'h3', 'sweep', 'ordinary', -7, '09:00', 2, '{inst_h3}', 'recorded', true, '事故隐患大扫除', '清出杂物两车，地下室水泵一台不启动，已报修。', NULL),
	(15, 's2', 'red_armband', 'ordinary', -2, '16:00', 0.5, '{inst_sa}', 'recorded', false, '安全红袖章巡查', '未发现问题。', NULL),
	(16, 'h5', 'routine', 'ordinary', -33, '09:30', 2, '{i1,i2}', 'recorded', true, '年度检查计划',
	     '消防控制室值班员一人无证，责令限期整改。', '负责人认为处理过重，拒绝签字'),
	(17, 'k1', 'routine', 'joint', -40, '09:30', 2, '{i3,i4}', 'recorded', false, '联合检查（会同卫健）', '隔离观察室堆放杂物，已责令整改。', NULL),
	(18, 'f2', 'routine', 'ordinary', -45, '10:00', 1, '{i3,i4}', 'recorded', false, '清明后回访检查', '未发现问题。', NULL),
	(19, 's9', 'patrol', 'ordinary', 0, NULL, NULL, '{st9}', 'in_progress', false, '街道每周巡查', NULL, NULL),
	(20, 'h4', 'routine', 'unannounced', -18, '09:00', 3, '{i1,i3}', 'recorded', true, '年度检查计划',
	     '约束用品使用无同意书、发药未双人核对等四项，责令限期整改。', NULL);

-- One quiet visit to each of the other street centres.
INSERT INTO demo_visit
SELECT 20 + n, 'c' || n, 'routine', 'ordinary', -62 + n * 4, '09:30', 2, CASE n % 2 WHEN 0 THEN '{i1,i2}'::text[] ELSE '{i2,i4}' END,
       'recorded', true, '年度检查计划', '抽查项目未见问题。', NULL
  FROM generate_series(2, 11) AS n WHERE n <> 4;

-- By which list a home for the elderly is looked at: the office's, or its own when its own people go round.
CREATE FUNCTION pg_temp.list(v pg_temp.demo_visit) RETURNS uuid LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN v.kind IN ('self', 'sweep', 'red_armband') THEN '01900000-0000-7000-8010-00000000e001'
	       ELSE '01900000-0000-7000-8000-00000000e001' END::uuid
	 WHERE v.checklist
$$;

-- What the checklist answers say beyond "pass": the rest of a ticked category passes, untouched ones are not checked.
CREATE TEMPORARY TABLE demo_answer (visit integer, category text, "position" integer, answer text, finding integer, note text);
INSERT INTO demo_answer VALUES
	( 1, 'fire',           1, 'corrected_on_spot',  1, '三楼东侧门挂锁，当场开锁收走'),
	( 1, 'service',        1, 'fail',               4, '当晚一人看护 38 名失能老人'),
	( 2, 'food_drug',      3, 'fail',               2, '称得 60 克，无时间标签'),
	( 2, 'personal',       2, 'fail',               3, '205 卫生间按下无响应'),
	( 4, 'fire',           2, 'fail',               6, '二楼两盏应急灯不亮'),
	( 4, 'disaster',       1, 'fail',               7, '后院排水沟淤积'),
	( 6, 'personal',       6, 'fail',              12, '检验标志已过期'),
	( 6, 'fire',           3, 'fail',              13, '报警器响，切断阀不动作'),
	(13, 'responsibility', 3, 'fail',              14, '签到三十人，照片十二人'),
	(14, 'disaster',       1, 'fail',              15, '二号水泵不启动'),
	(16, 'fire',           2, 'fail',              16, '值班员一人无证'),
	(20, 'personal',       4, 'fail',              17, '两人在用约束带，无同意书'),
	(20, 'food_drug',      6, 'fail',              18, '夜班一人发药'),
	(20, 'service',        3, 'fail',              19, '凌晨三点记录写于晚上十点'),
	(20, 'psychological',  2, 'fail',              20, '抑郁老人无专门方案');

CREATE FUNCTION pg_temp.visit_at(v pg_temp.demo_visit, minutes numeric) RETURNS timestamptz LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN v.start IS NULL THEN now() - interval '50 minutes' + minutes * interval '1 minute'
	       ELSE pg_temp.at(v.day, v.start) + minutes * interval '1 minute' END
$$;

-- Planned some days before; office visits are planned by the chief, own visits by the one who makes them.
INSERT INTO demo_step (at, actor, op, target, body)
SELECT CASE WHEN v.kind IN ('patrol', 'self', 'sweep', 'red_armband') THEN pg_temp.visit_at(v, -10)
            ELSE pg_temp.at(least(v.day, 0) - 5, '16:00') + v.n * interval '1 minute' END,
       CASE WHEN v.kind IN ('routine', 'special', 'case') THEN 'chief' || CASE WHEN v.inst ~ '^[hcs]' THEN '1' ELSE '2' END
            ELSE v.actors[1] END,
       'inspections', NULL,
       jsonb_strip_nulls(jsonb_build_object(
           'id', pg_temp.id('inspection', v.n), 'institution_id', pg_temp.inst(v.inst), 'kind', v.kind, 'method', v.method,
           'task_source', v.task, 'planned_on', pg_temp.day(v.day),
           'campaign_id', pg_temp.id('campaign', CASE WHEN v.n IN (1, 6, 9, 16, 20) THEN 2 WHEN v.n IN (7, 13, 14) THEN 3 END),
           'checklist_id', pg_temp.list(v),
           'inspectors', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('actor_id', a.id, 'name', a.name,
                                                                                'certificate_no', a.certificate_no)) ORDER BY u.n)
                            FROM unnest(v.actors) WITH ORDINALITY AS u (key, n) JOIN demo_actor a ON a.key = u.key),
           'accompanying', jsonb_build_array(jsonb_build_object('name', b.body ->> 'safety_officer_name', 'post', '安全管理员'))))
  FROM demo_visit v JOIN demo_institution_body b ON b.key = v.inst;

INSERT INTO demo_step (at, actor, op, target, body)
SELECT pg_temp.at(-1, '10:00'), 'chief1', 'inspections/notices', pg_temp.id('inspection', n),
       jsonb_build_object('note', '书面通知，请备齐消防检测报告、护理档案')
  FROM demo_visit WHERE upto = 'noticed'
UNION ALL
SELECT pg_temp.at(day - 1, '11:00'), 'chief2', 'inspections/cancellations', pg_temp.id('inspection', n),
       jsonb_build_object('reason', '该站当日承接临时安置任务，改期另行安排')
  FROM demo_visit WHERE upto = 'cancelled'
UNION ALL
SELECT pg_temp.visit_at(v, 0), actors[1], 'inspections/starts', pg_temp.id('inspection', n),
       jsonb_build_object('place', b.body ->> 'name', 'credentials_shown', kind IN ('routine', 'special', 'case'))
  FROM demo_visit v JOIN demo_institution_body b ON b.key = v.inst WHERE upto IN ('in_progress', 'awaiting_signature', 'recorded');

-- Answers after the findings they point at have been entered; submission and signatures at the end of the visit.
INSERT INTO demo_step (at, actor, op, target, body)
SELECT pg_temp.visit_at(v, hours * 60 - 12), actors[1], 'inspections/answers', pg_temp.id('inspection', n),
       jsonb_build_object('answers', (
           SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('item_id', i.id,
                      'answer', coalesce(a.answer, CASE WHEN t.category IS NOT NULL OR v.n > 20 THEN 'pass' ELSE 'not_checked' END),
                      'finding_id', pg_temp.id('finding', a.finding), 'note', a.note)) ORDER BY i.category, i.position)
             FROM hz.checklist_item i
             LEFT JOIN demo_answer a ON a.visit = v.n AND a.category = i.category AND a.position = i.position
             LEFT JOIN (SELECT DISTINCT visit, category FROM demo_answer) t ON t.visit = v.n AND t.category = i.category
            WHERE i.checklist_id = pg_temp.list(v)))
  FROM demo_visit v WHERE checklist AND upto IN ('awaiting_signature', 'recorded')
UNION ALL
SELECT pg_temp.visit_at(v, hours * 60), actors[1], 'inspections/submissions', pg_temp.id('inspection', n),
       jsonb_build_object('conclusion', conclusion)
  FROM demo_visit v WHERE upto IN ('awaiting_signature', 'recorded')
UNION ALL
SELECT pg_temp.visit_at(v, hours * 60 + 5), a.key, 'inspections/signatures', pg_temp.id('inspection', v.n),
       jsonb_build_object('party', 'inspector', 'name', a.name, 'post', a.post, 'signed_at', pg_temp.visit_at(v, hours * 60 + 5))
  FROM demo_visit v JOIN demo_actor a ON a.key = v.actors[1]
 WHERE upto IN ('awaiting_signature', 'recorded') AND kind NOT IN ('self', 'sweep', 'red_armband')
UNION ALL
SELECT pg_temp.visit_at(v, hours * 60 + 10), actors[1], 'inspections/signatures', pg_temp.id('inspection', v.n),
       CASE WHEN refused IS NULL
       THEN jsonb_build_object('party', 'institution', 'name', b.body ->> 'principal_name', 'post', '主要负责人',
                               'signed_at', pg_temp.visit_at(v, hours * 60 + 10))
       ELSE jsonb_build_object('party', 'institution', 'name', b.body ->> 'principal_name', 'post', '主要负责人', 'refused', true,
                               'reason', refused, 'witness', '街道民政办 ' || pg_temp.person(55)) END
  FROM demo_visit v JOIN demo_institution_body b ON b.key = v.inst WHERE upto = 'recorded' AND kind NOT IN ('patrol', 'supervision');
