-- Counting along the legal calendar, its steps, and editions of a rule that carry a last day over a holiday.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql

-- The calendar itself.
SELECT is(count(*)::int, 20820, 'every day of 2004 to 2060') FROM hz.calendar_date;
SELECT is(api.calendar_fill(), 0, 'it is as its notices say');
SELECT is((SELECT string_agg(id, ' ' ORDER BY id) FROM hz.calendar_notice WHERE year IN (2015, 2019, 2020)), '2015 2015-2 2019 2019-2 2020 2020-2',
	'second notices of a year');
SELECT is((SELECT string_agg(DISTINCT notice_id, ' ') FROM hz.calendar_day WHERE day BETWEEN '2022-12-31' AND '2023-01-02'), '2023',
	'the last days of December are of the notice that names them');
SELECT is((SELECT count(*)::int FROM hz.calendar_day WHERE working AND extract(isodow FROM day) < 6), 0, 'only weekends make up for anything');
SELECT is((SELECT count(*)::int FROM hz.calendar_notice WHERE basis_read AND (number IS NULL OR issued_on IS NULL)), 0, 'what was read is known in full');
SELECT is((SELECT count(*)::int FROM hz.calendar_notice n WHERE NOT EXISTS (SELECT FROM hz.calendar_day d WHERE d.notice_id = n.id)), 0, 'each names days');

-- Counting.
SELECT is(api.working_days('2026-09-30', '2026-10-12'), 4, 'from one day to another');
SELECT is(api.working_days('2026-10-12', '2026-09-30'), -4, 'and back');
SELECT is(api.working_days('2026-10-01', '2026-10-07'), 0, 'none in a holiday');
SELECT is(api.period_end('2026-10-01', 0, 'working'), DATE '2026-10-01', 'the same day is the same day');
SELECT is(api.period_end('2060-12-31', 1, 'working'), NULL, 'nothing is counted beyond the calendar');
SELECT is(api.period_end('2003-12-31', 1, 'working'), NULL, 'nor before it');
SELECT is(api.working_days(t.d, api.period_end(t.d, t.n, 'working')), t.n, 'counted and measured are the same: ' || t.d || ' + ' || t.n)
  FROM (SELECT DATE '2015-01-01' + g * 37 AS d, 1 + g * 7 % 60 AS n FROM generate_series(0, 100) g) t;

-- The steps.
SELECT is(api.period_steps('2026-09-18', 6, 'working', '某条'), '[
	{"step": "counting", "date": "2026-09-19", "basis": "某条", "text": "自次日 2026-09-19 起算，共 6 个工作日"},
	{"step": "skipped", "date": null, "basis": "《国务院办公厅关于2026年部分节假日安排的通知》（国办发明电〔2025〕7号）",
	 "text": "不计 2026-09-25 至 2026-09-27 中秋；不计周末 2026-09-19；计入调休上班日 2026-09-20"}]', 'what is left out, by name and notice');
SELECT is(api.period_steps('2026-03-02', 2, 'working', NULL), '[{"step": "counting", "date": "2026-03-03", "basis": null, "text": "自次日 2026-03-03 起算，共 2 个工作日"}]',
	'nothing was left out');
SELECT is(api.period_steps('2026-03-02', 0, 'working', NULL) -> 0 ->> 'text', '当日完成', 'at once');
SELECT is(api.period_steps('2026-12-30', 2, 'working', NULL) -> 1 ->> 'step', 'warning', 'a year without a notice');
SELECT is(api.period_steps('2026-12-30', 30, 'calendar', NULL) @> '[{"step": "warning"}]', false, 'which calendar days do not ask for');
SELECT is(api.period_steps('2017-12-28', 3, 'working', NULL) -> 1 ->> 'basis', '《国务院办公厅关于2018年部分节假日安排的通知》（国办发明电〔2017〕12号）（原文未核对）',
	'whether the notice was read');
SELECT matches(api.period_steps('2026-01-05', 240, 'working', NULL) -> 1 ->> 'text', '不计周末 \d+ 天；计入调休上班日 2026-02-14、', 'many weekends are told by number');

-- A last day that is off, where the rule carries it over.
SELECT is(api.period_end('2026-09-21', 10, 'calendar'), DATE '2026-10-01', 'as a rule it stays');
SELECT is(api.period_end(t.d, t.n, t.kind, 'next_working_day'), t.due, t.what)
  FROM (VALUES
	(DATE '2026-09-21', 10, 'calendar', DATE '2026-10-08', 'over National Day'),
	('2026-09-21', 9, 'calendar', '2026-09-30', 'a working day stays'),
	('2026-02-05', 9, 'calendar', '2026-02-14', 'so does a Saturday that makes up'),
	('2026-02-05', 10, 'calendar', '2026-02-24', 'over the Spring Festival'),
	('2026-03-02', 5, 'calendar', '2026-03-09', 'over a weekend'),
	('2026-09-30', 1, 'working', '2026-10-08', 'working days need no carrying'),
	('2026-10-01', 0, 'calendar', '2026-10-01', 'the same day is not carried')) t (d, n, kind, due, what);
SELECT is(api.period_steps('2026-09-21', 10, 'calendar', '《民法典》第二百零三条第一款', 'next_working_day') -> 1, '{"step": "roll", "date": "2026-10-08",
	"basis": "《国务院办公厅关于2026年部分节假日安排的通知》（国办发明电〔2025〕7号）",
	"text": "末日 2026-10-01 为休息日，顺延至其后第一个工作日；不计 2026-10-01 至 2026-10-07 国庆节"}', 'and is told');
SELECT is(api.period_steps('2026-12-22', 10, 'calendar', NULL, 'next_working_day') -> 1 ->> 'step', 'warning', 'it may be off, nobody knows yet');

-- An edition that carries over is data: orders from its day on follow it, those before do not.
INSERT INTO hz.deadline_rule (id, edition, title, applies_to, day_kind, roll, legal_basis, basis_read, effective_from) VALUES
	('calendar_days_9', '9', '末日为休息日的顺延', 'days', 'calendar', 'next_working_day', '《民法典》第二百零三条第一款', true, '2026-09-21');
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description, found_at, state, last_act_at, created_by)
SELECT ('00000000-0000-7000-8000-0000000000f' || g)::uuid, '500103', '00000000-0000-7000-8000-0000000000a1', 'elderly_care', '500103001', 'fire',
       CASE g WHEN 3 THEN 'major' ELSE 'general' END, 'inspection', '隐患' || g, '2026-09-20T08:00:00+08:00', 'confirmed', '2026-09-20T08:00:00+08:00',
       '00000000-0000-7000-8000-000000000002' FROM generate_series(1, 4) g;
SELECT set_config('app.clock', '2026-09-20T09:00:00+08:00', true) \g /dev/null
SELECT is(pg_temp.call('ann', 'api.finding_order(''00000000-0000-7000-8000-0000000000f1'', $1)', '{"days": 11}') ->> 'deadline', '2026-10-01', 'the edition before');
SELECT set_config('app.clock', '2026-09-21T09:00:00+08:00', true) \g /dev/null
SELECT is(pg_temp.call('ann', 'api.finding_order(''00000000-0000-7000-8000-0000000000f2'', $1)', '{"days": 10}') ->> 'deadline', '2026-10-08', 'the edition since');
SELECT is((SELECT array_agg(s ->> 'step') FROM jsonb_array_elements(d.explanation) s), '{event,rule,counting,roll,result}', 'its steps')
  FROM hz.deadline d WHERE d.finding_id = '00000000-0000-7000-8000-0000000000f2';
SELECT is(pg_temp.call('ann', 'api.finding_order(''00000000-0000-7000-8000-0000000000f3'', $1)', '{}') - '{id,order_id,number,finding_id,actor_id}'::text[]
	@> '{"deadline": "2026-10-21", "days": 30, "day_kind": "calendar", "time_limit": "major_rectification", "rule": "calendar_days_9"}', true,
	'a period by default is counted by the rule in force');
SELECT is(d.explanation -> 1, '{"step": "limit", "date": null, "basis": "本局规则", "text": "通知未写期限，适用重大隐患的整改期限（时限 major_rectification，第 1 版）"}',
	'and says where it comes from') FROM hz.deadline d WHERE d.finding_id = '00000000-0000-7000-8000-0000000000f3';

-- A holiday is moved: what rolls is counted again, and what does not is left alone.
DELETE FROM hz.calendar_day WHERE day = '2026-10-07';
SELECT is(api.calendar_fill(), 1, 'the seventh works now');
SELECT is((SELECT array_agg(finding_id || ' ' || old_due || ' ' || new_due) FROM api.deadline_moves()),
	'{"00000000-0000-7000-8000-0000000000f2 2026-10-08 2026-10-07"}', 'one would move');
SELECT is((SELECT count(*)::int FROM api.deadline_recompute()), 1, 'it is moved');
SELECT is(array_agg(d.due_on || ' ' || d.current ORDER BY d.set_at, d.id), '{"2026-10-08 false","2026-10-07 true"}', 'and the date before is kept')
  FROM hz.deadline d WHERE d.finding_id = '00000000-0000-7000-8000-0000000000f2';
SELECT is(f.due_on, DATE '2026-10-07', 'the finding says the same') FROM hz.finding f WHERE f.id = '00000000-0000-7000-8000-0000000000f2';
UPDATE hz.finding SET state = 'closed' WHERE id = '00000000-0000-7000-8000-0000000000f2';
DELETE FROM hz.calendar_day WHERE day = '2026-10-06';
SELECT api.calendar_fill() \g /dev/null
SELECT is((SELECT count(*)::int FROM api.deadline_moves()), 0, 'what is closed does not move');

-- No period where there is no limit to take it from.
UPDATE hz.time_limit SET effective_to = '2026-09-01' WHERE code = 'general_rectification';
SELECT is(pg_temp.faults(pg_temp.refused('ann', 'api.finding_order(''00000000-0000-7000-8000-0000000000f4'', $1)', '{}')), '{"/deadline": "rule_violated"}',
	'then the order must say it');
SELECT is(api.order_item_faults('{"days": 3650, "day_kind": "working"}', '/items/0', f, t.day, t.day) #>> '{0,pointer}', t.pointer, t.what)
  FROM hz.finding f, (VALUES (DATE '2026-09-21', NULL, 'ten years of working days'), ('2059-09-21', '/items/0/days', 'not beyond the calendar'),
	('2003-01-01', '/items/0/days', 'nor before it')) t (day, pointer, what)
 WHERE f.id = '00000000-0000-7000-8000-0000000000f4';

SELECT * FROM finish();
ROLLBACK;
