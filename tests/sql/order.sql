-- Orders and deadlines: when a period runs, to which day, and why.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql

-- Findings of 甲养老院 by number, confirmed at nine; 9 is of 乙养老院, 8 is closed.
CREATE FUNCTION pg_temp.f(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT ('00000000-0000-7000-8000-0000000000f' || n)::uuid $$;
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description, suggestion,
	found_at, state, last_act_at, created_by)
SELECT pg_temp.f(n), '500103', n.id, 'elderly_care', n.street, 'fire', 'general', 'inspection', '隐患' || g, CASE g WHEN 1 THEN '换锁' END, api.now(),
       CASE g WHEN 8 THEN 'closed' ELSE 'confirmed' END, api.now(), '00000000-0000-7000-8000-000000000002'
  FROM generate_series(1, 9) g (g), generate_series(g, g) n0 (n),
       LATERAL (SELECT * FROM hz.institution i WHERE i.code = CASE n0.n WHEN 9 THEN 'TESTAAB' ELSE 'TESTAAA' END) n;
CREATE FUNCTION pg_temp.order_body(VARIADIC p_items jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('institution_id', '00000000-0000-7000-8000-0000000000a1', 'items', to_jsonb(p_items))
$$;
CREATE FUNCTION pg_temp.item(n int, p_more text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('finding_id', pg_temp.f(n)) || p_more::jsonb
$$;

-- All faults of an order at once, and nothing of it is kept.
SELECT is(pg_temp.faults(pg_temp.refused('ann', 'api.order_create($1)', pg_temp.order_body(
	pg_temp.item(1, '{"deadline": "2026-12-01", "day_kind": "working"}'), pg_temp.item(8, '{"days": 3}'), pg_temp.item(9, '{"days": 3}'),
	pg_temp.item(2, '{"days": 3, "deadline": "2026-12-01"}'), pg_temp.item(2, '{"deadline": "2026-12-01"}'), pg_temp.item(3, '{"day_kind": "calendar"}'),
	pg_temp.item(4, '{"deadline": "2026-11-22"}'), '{"finding_id": "00000000-0000-7000-8000-0000000000ff", "days": 1}'))),
	'{"/items/0/day_kind": "rule_violated", "/items/1/finding_id": "invalid_state", "/items/2/finding_id": "rule_violated",
	  "/items/3/days": "rule_violated", "/items/4/finding_id": "rule_violated", "/items/5/day_kind": "rule_violated",
	  "/items/6/deadline": "rule_violated", "/items/7/finding_id": "unknown_reference"}', 'every fault of every item');
SELECT is((SELECT count(*) FROM hz.rectification_order), 0::bigint, 'nothing is left of a refused order');
SELECT is((SELECT count(*) FROM hz.finding WHERE state = 'ordered'), 0::bigint, 'nor on the findings');
SELECT is(pg_temp.faults(pg_temp.refused('ann', 'api.order_create($1)', pg_temp.order_body(pg_temp.item(1, '{"days": 3}'))
	|| '{"occurred_at": "2026-11-23T08:59:00+08:00"}')), '{"/items/0/finding_id": "occurred_at_out_of_order"}', 'not before the finding was confirmed');
SELECT is(pg_temp.refused('ann', 'api.order_create($1)', pg_temp.order_body(pg_temp.item(1, '{"days": 3}'))
	|| '{"institution_id": "00000000-0000-7000-8000-0000000000ff"}') #>> '{errors,0,pointer}', '/institution_id', 'an institution that is not there');

-- Issued, not served: findings are ordered, no period runs.
CREATE TEMPORARY TABLE made AS
SELECT pg_temp.call('ann', 'api.order_create($1)', pg_temp.order_body(pg_temp.item(1, '{"days": 15, "responsible_name": "周工", "legal_basis": "《消防法》第二十八条"}'),
	pg_temp.item(2, '{"deadline": "2026-11-30", "requirement": "清通道"}'), pg_temp.item(3, '{"days": 1}'))) AS o;
SELECT is(o ->> 'number', '责改〔2026〕第 1 号', 'numbered by district and year') FROM made;
SELECT is(ARRAY[o ->> 'state', o ->> 'served', o #>> '{items,0,deadline}', o #>> '{items,1,deadline}'], ARRAY['issued', 'false', NULL, NULL],
	'no deadline runs before service') FROM made;
SELECT is(ARRAY[o #>> '{items,0,requirement}', o #>> '{items,1,requirement}', o #>> '{items,2,requirement}'], ARRAY['换锁', '清通道', '整改：隐患3'],
	'what is wanted: as said, else as suggested') FROM made;
SELECT is(array_agg(state || ':' || coalesce(due_on::text, '-') || ':' || (order_item_id IS NOT NULL) ORDER BY id),
	ARRAY['ordered:-:true', 'ordered:-:true', 'ordered:-:true'], 'all its findings are ordered') FROM hz.finding WHERE id IN (pg_temp.f(1), pg_temp.f(2), pg_temp.f(3));
SELECT is(pg_temp.refused('ann', format('api.order_service_create(%L, $1)', o ->> 'id'), '{"served_at": "2026-11-23T08:59:00+08:00"}') ->> 'code',
	'occurred_at_out_of_order', 'not served before it was issued') FROM made;

-- Service on the second, late in the evening of Shanghai: 15 days are counted from the third.
SELECT set_config('app.clock', '2026-12-02T10:00:00+08:00', true) \g /dev/null
SELECT is(pg_temp.faults(pg_temp.refused('ann', format('api.order_service_create(%L, $1)', o ->> 'id'), '{"served_at": "2026-12-01T00:00:00+08:00"}')),
	'{"/served_at": "rule_violated"}', 'served after the date it gives') FROM made;
SELECT is(pg_temp.call('ann', format('api.order_service_create(%L, $1)', o ->> 'id'),
	'{"served_at": "2026-11-23T23:59:59.999+08:00", "receiver": "张", "method": "leave"}') -> 'deadlines',
	format('[{"finding_id": "%s", "deadline": "2026-12-08", "day_kind": "calendar", "days": 15, "rule": "calendar_days_1", "provisional": false},
		{"finding_id": "%s", "deadline": "2026-11-30", "day_kind": null, "days": null, "rule": "given_date_1", "provisional": false},
		{"finding_id": "%s", "deadline": "2026-11-24", "day_kind": "calendar", "days": 1, "rule": "calendar_days_1", "provisional": false}]',
		pg_temp.f(1), pg_temp.f(2), pg_temp.f(3))::jsonb, 'the day of service is not counted') FROM made;
SELECT is(pg_temp.refused('ann', format('api.order_service_create(%L, $1)', o ->> 'id'), '{}') - 'status',
	'{"code": "invalid_state", "state": "served", "allowed": []}', 'served once') FROM made;
SELECT is(array_agg(due_on ORDER BY id), ARRAY['2026-12-08', '2026-11-30', '2026-11-24']::date[], 'and they run on the findings')
  FROM hz.finding WHERE order_item_id IS NOT NULL;

-- Why this date.
SELECT is(d.explanation, '[
	{"step": "event", "date": "2026-11-23", "basis": "《消防法》第二十八条", "text": "责改〔2026〕第 1 号 于 2026-11-23 送达（留置送达，签收人 张）"},
	{"step": "rule", "date": null, "basis": "参照《民法典》第二百零一条第一款、第二百零三条第二款",
	 "text": "送达当日不计，自次日起按自然日连续计算，至末日 24 时止，不因休息日顺延（规则 calendar_days_1，第 1 版）"},
	{"step": "counting", "date": "2026-11-24", "basis": "参照《民法典》第二百零一条第一款、第二百零三条第二款", "text": "自次日 2026-11-24 起算，共 15 个自然日"},
	{"step": "result", "date": "2026-12-08", "basis": "参照《民法典》第二百零一条第一款、第二百零三条第二款", "text": "2026-12-08 24 时到期，次日起为逾期"}]',
	'every step of a period in days') FROM hz.deadline d WHERE d.finding_id = pg_temp.f(1);
SELECT is(d.explanation -> 2 ->> 'text', '通知写明的日期，不另计算', 'a date given is not counted') FROM hz.deadline d WHERE d.finding_id = pg_temp.f(2);
SELECT is(array_agg(e.what ORDER BY e.id), ARRAY['orders', 'deadline'], 'the order and the deadline are events of the finding')
  FROM hz.event e WHERE e.resource_id = pg_temp.f(1) AND e.what IN ('orders', 'deadline');
SELECT is(e.reason, '责令改正通知送达', 'with the reason of the change') FROM hz.event e WHERE e.resource_id = pg_temp.f(1) AND e.what = 'deadline';

-- 24:00 in Shanghai, told to the millisecond. UTC is another day then.
SELECT is(ARRAY[w.j ->> 'state', w.j ->> 'overdue', w.j ->> 'days_left'], t.want, t.clock)
  FROM (VALUES
	('2026-11-24T00:00:00+08:00',     ARRAY['due_today', 'false', '0']),
	('2026-11-24T23:59:59.999+08:00', ARRAY['due_today', 'false', '0']),
	('2026-11-24T16:00:00Z',          ARRAY['overdue', 'true', '-1']),
	('2026-11-23T15:59:59Z',          ARRAY['open', 'false', '1'])) t (clock, want),
 LATERAL (SELECT set_config('app.clock', t.clock, true)) c,
 LATERAL (SELECT to_jsonb(api.deadline_json(f, d, NULL, api.today(), NULL, '[]')) || jsonb_build_object('c', c) AS j FROM hz.finding f JOIN hz.deadline d ON d.finding_id = f.id AND d.current
	WHERE f.id = pg_temp.f(3)) w;
SELECT is(api.day('2026-11-23T15:59:59.999Z'), DATE '2026-11-23', 'the day ends at 16:00 UTC');
SELECT is(api.day('2026-11-23T16:00:00Z'), DATE '2026-11-24', 'and the next begins');

-- Rules by edition: an order keeps the rule of its day.
SELECT is((api.deadline_rule('days', 'calendar', '2020-12-31')).id, 'calendar_days_0', 'the rule before the Code');
SELECT is((api.deadline_rule('days', 'calendar', '2021-01-01')).id, 'calendar_days_1', 'the rule since');
SELECT is((api.deadline_rule('date', 'calendar', '2015-05-05')).id, 'given_date_1', 'a date given');
SELECT is((api.deadline_rule('days', 'working', '2021-07-14')).id || ' ' || (api.deadline_rule('days', 'working', '2021-07-15')).id,
	'working_days_0 working_days_1', 'working days, before and since the Penalties Act');

-- The shorthand: issued and handed over at once, years ago if it was so.
SELECT set_config('app.clock', '2026-12-02T10:00:00+08:00', true) \g /dev/null
SELECT is(pg_temp.faults(pg_temp.refused('ann', format('api.finding_order(%L, $1)', pg_temp.f(4)), '{"days": 3, "day_kind": "working", "deadline": "2026-11-01"}')),
	'{"/days": "rule_violated", "/deadline": "rule_violated"}', 'its faults at once');
SELECT is(pg_temp.call('ann', format('api.finding_order(%L, $1)', pg_temp.f(4)), '{"days": 7, "served_at": "2026-11-24T08:00:00+08:00"}')
	- '{id,order_id}'::text[], jsonb_build_object('number', '责改〔2026〕第 2 号', 'finding_id', pg_temp.f(4), 'round', 1, 'requirement', '整改：隐患4',
	'responsible_name', NULL, 'deadline', '2026-12-01', 'days', 7, 'day_kind', 'calendar', 'rule', 'calendar_days_1',
	'time_limit', NULL, 'provisional', false, 'legal_basis', NULL, 'served', true,
	'served_at', '2026-11-24T08:00:00.000+08:00', 'state', 'ordered', 'actor_id', '00000000-0000-7000-8000-000000000002',
	'occurred_at', '2026-11-24T08:00:00.000+08:00', 'recorded_at', '2026-12-02T10:00:00.000+08:00', 'note', NULL), 'its record');
SELECT is(pg_temp.refused('ann', format('api.finding_order(%L, $1)', pg_temp.f(4)), '{"days": 7}') ->> 'code', 'invalid_state', 'not twice in a round');
SELECT is(pg_temp.refused('street', format('api.finding_order(%L, $1)', pg_temp.f(5)), '{"days": 7}') ->> 'status', '403', 'a street orders nothing');
SELECT is(pg_temp.refused('home', format('api.finding_order(%L, $1)', pg_temp.f(9)), '{"days": 7}') ->> 'status', '404', 'what is of others is not there');

-- A failed re-inspection: the next order and deadline come with it, the first stay readable.
SELECT is(pg_temp.call('bob', format('api.finding_reinspect(%L, $1)', pg_temp.f(4)),
	'{"result": "failed", "occurred_at": "2026-12-02T09:00:00+08:00", "order": {"days": 3, "responsible_name": "新人"}}') ->> 'state', 'ordered', 'failed');
SELECT is(ARRAY[round::text, due_on::text, responsible_name], ARRAY['2', '2026-12-05', '新人'], 'round two has a deadline of its own') FROM hz.finding WHERE id = pg_temp.f(4);
SELECT is(array_agg(round || ':' || due_on || ':' || current || ':' || reason ORDER BY round),
	ARRAY['1:2026-12-01:false:责令改正通知送达', '2:2026-12-05:true:复查不合格，第 2 轮责令改正'], 'with the reason of the change')
  FROM hz.deadline WHERE finding_id = pg_temp.f(4);
SELECT is((SELECT jsonb_agg(c ->> 'deadline') FROM jsonb_array_elements((SELECT changes::jsonb FROM api.deadlines_of(f.id))) c), '["2026-12-01", "2026-12-05"]',
	'the worklist tells both') FROM hz.finding f JOIN hz.deadline d ON d.finding_id = f.id AND d.current WHERE f.id = pg_temp.f(4);

-- Served late: findings voided meanwhile are left alone.
CREATE TEMPORARY TABLE late AS
SELECT pg_temp.call('ann', 'api.order_create($1)', pg_temp.order_body(pg_temp.item(5, '{"days": 2}'), pg_temp.item(6, '{"days": 2}'))) AS o;
UPDATE hz.finding SET state = 'voided' WHERE id = pg_temp.f(6);
SELECT is(jsonb_array_length(pg_temp.call('chief', format('api.order_service_create(%L, $1)', o ->> 'id')) -> 'deadlines'), 1, 'only open ones run') FROM late;
SELECT is(due_on, NULL, 'no deadline on a voided one') FROM hz.finding WHERE id = pg_temp.f(6);

SELECT * FROM finish();
ROLLBACK;
