-- Extensions: one granted to an earlier day than asked, one refused, one that came after the deadline and waits.
CREATE TEMPORARY TABLE demo_extension (n integer, asked integer, until integer, reason text, decided integer, body jsonb);
INSERT INTO demo_extension VALUES
	(20, -4, 12, '专科医生排期在下周，照护方案须其签字', -3, '{"result": "granted", "reason": "已与医院核实排期，准予一周", "until": 9}'),
	(12, -2, 20, '检验机构约满', -1, '{"result": "refused", "reason": "电梯停用不影响整改，请换一家检验机构"}'),
	(19, -1, 10, '巡房记录系统升级后才能当时填写', NULL, NULL);

INSERT INTO demo_step (at, actor, op, target, body)
SELECT pg_temp.at(e.asked, '11:00'), w.actor, 'findings/extensions', pg_temp.id('finding', e.n), jsonb_build_object(
	'id', pg_temp.id('extension', e.n), 'new_deadline', pg_temp.day(e.until), 'reason', e.reason)
  FROM demo_extension e JOIN demo_who w ON w.n = e.n AND w.who = 'N'
UNION ALL
SELECT pg_temp.at(e.decided, '15:00'), w.actor, 'extensions/decisions', pg_temp.id('extension', e.n),
       e.body - 'until' || jsonb_strip_nulls(jsonb_build_object('new_deadline', pg_temp.day((e.body ->> 'until')::integer)))
  FROM demo_extension e JOIN demo_who w ON w.n = e.n AND w.who = 'C' WHERE e.decided IS NOT NULL;
