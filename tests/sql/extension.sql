-- Extensions: what may be asked for and when, who decides, what the deadline then says, and what is left of a request whose round is over.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql

INSERT INTO person VALUES ('agency', '00000000-0000-7000-8000-000000000007', 'institution', '00000000-0000-7000-8000-0000000000a2', ''),
	('staff', '00000000-0000-7000-8000-000000000008', 'staff', '00000000-0000-7000-8000-0000000000a1', ''),
	('system', '00000000-0000-7000-8000-000000000009', 'integration', '', '');
INSERT INTO hz.actor (id, district, kind, name) SELECT id, '500103', 'person', name FROM person WHERE name IN ('agency', 'staff', 'system');

-- Findings of 甲养老院 by number, each under an order of seven days served on 11-23: due on 11-30. 9 is not served, 8 not ordered.
CREATE FUNCTION pg_temp.f(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT ('00000000-0000-7000-8000-0000000000f' || n)::uuid $$;
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description, found_at, state, last_act_at, created_by)
SELECT pg_temp.f(n), '500103', '00000000-0000-7000-8000-0000000000a1', 'elderly_care', '500103001', CASE n WHEN 7 THEN 'psychological' ELSE 'fire' END, 'general',
       'inspection', '隐患' || n, api.now(), 'confirmed', api.now(), '00000000-0000-7000-8000-000000000002'
  FROM generate_series(1, 9) n;
SELECT pg_temp.call('ann', format('api.finding_order(%L, $1)', pg_temp.f(n)), '{"days": 7}') FROM generate_series(1, 7) n \g /dev/null
SELECT pg_temp.call('ann', 'api.order_create($1)', jsonb_build_object('institution_id', '00000000-0000-7000-8000-0000000000a1',
	'items', jsonb_build_array(jsonb_build_object('finding_id', pg_temp.f(9), 'days', 7)))) \g /dev/null

CREATE FUNCTION pg_temp.ask(n int, p_day text, p_more jsonb DEFAULT '{}', p_who text DEFAULT 'home') RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.call(p_who, format('api.extension_request(%L, $1)', pg_temp.f(n)), jsonb_build_object('new_deadline', p_day, 'reason', '材料未到') || p_more)
$$;
CREATE FUNCTION pg_temp.not_asked(n int, p_day text, p_more jsonb DEFAULT '{}', p_who text DEFAULT 'home') RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.refused(p_who, format('api.extension_request(%L, $1)', pg_temp.f(n)), jsonb_build_object('new_deadline', p_day, 'reason', '材料未到') || p_more)
$$;
-- The request of a finding that waits or was made last.
CREATE FUNCTION pg_temp.e(n int) RETURNS hz.extension LANGUAGE sql AS $$
	SELECT e FROM hz.extension e WHERE finding_id = pg_temp.f(n) ORDER BY state = 'pending' DESC, created_at DESC, id DESC LIMIT 1
$$;
CREATE FUNCTION pg_temp.decide(n int, p_body jsonb, p_who text DEFAULT 'chief') RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.call(p_who, format('api.extension_decide(%L, $1)', (pg_temp.e(n)).id), '{"reason": "属实"}' || p_body)
$$;
CREATE FUNCTION pg_temp.not_decided(n int, p_body jsonb, p_who text DEFAULT 'chief') RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.refused(p_who, format('api.extension_decide(%L, $1)', (pg_temp.e(n)).id), '{"reason": "属实"}' || p_body)
$$;

-- What cannot be asked for.
SELECT is(pg_temp.not_asked(9, '2026-12-05') #>> '{errors,0,code}', 'no_deadline', 'no period runs before service');
SELECT is(pg_temp.not_asked(8, '2026-12-05') ->> 'code', 'invalid_state', 'nothing is ordered');
SELECT is(pg_temp.faults(pg_temp.not_asked(1, '2026-11-30')), '{"/new_deadline": "not_later"}', 'the same day is no extension');
SELECT is(pg_temp.faults(pg_temp.not_asked(1, '2026-12-31')), '{"/new_deadline": "extended_too_far"}', 'thirty days at once');
SELECT is(pg_temp.not_asked(1, '2026-12-31') #>> '{errors,0,detail}', '一次最多延长 30 个自然日，即至 2026-12-30（整改期限的延长，第 1 版；依据：本局规则）', 'the limit is named with its basis');
SELECT is(pg_temp.not_asked(1, '2026-12-05', p_who => 'ann') ->> 'status', '403', 'the office asks for nothing');
SELECT is(pg_temp.not_asked(1, '2026-12-05', p_who => 'agency') ->> 'status', '404', 'what is of others is not there');
SELECT is(pg_temp.not_asked(1, '2026-12-05', '{"occurred_at": "2026-11-23T08:00:00+08:00"}') ->> 'code', 'occurred_at_out_of_order', 'not before it was ordered');
SELECT is((SELECT count(*) FROM hz.extension), 0::bigint, 'nothing is left of what was refused');

-- In time: a record of the finding, one at a time, with a clock for the decision.
SELECT set_config('app.clock', '2026-11-26T10:00:00+08:00', true) \g /dev/null
SELECT is(pg_temp.ask(1, '2026-12-30') - '{id,attachments}'::text[], jsonb_build_object('finding_id', pg_temp.f(1), 'round', 1, 'state', 'ordered',
	'extension_state', 'pending', 'old_deadline', '2026-11-30', 'new_deadline', '2026-12-30', 'granted_deadline', NULL, 'late', false, 'late_days', 0,
	'reason', '材料未到', 'actor_id', '00000000-0000-7000-8000-000000000006', 'actor_name', 'home', 'occurred_at', '2026-11-26T10:00:00.000+08:00',
	'recorded_at', '2026-11-26T10:00:00.000+08:00', 'decided_by', NULL, 'decided_by_name', NULL, 'decision_reason', NULL, 'closed_at', NULL, 'lapsed_by', NULL),
	'the last day of the limit');
SELECT is(pg_temp.not_asked(1, '2026-12-05') ->> 'code', 'extension_pending', 'one at a time');
SELECT throws_ok($$INSERT INTO hz.extension (id, finding_id, district, institution_id, institution_type, street, category, round, old_deadline, new_deadline, reason, late_days, asked_by, asked_at)
	SELECT (SELECT id FROM hz.finding_act WHERE finding_id = e.finding_id AND command = 'orders'), finding_id, district, institution_id, institution_type, street, category, round,
	       old_deadline, new_deadline, reason, 0, asked_by, asked_at FROM hz.extension e$$, '23505', NULL, 'in the table too');
SELECT is(due_on, '2026-11-30', 'the old deadline holds until the decision') FROM hz.finding WHERE id = pg_temp.f(1);
SELECT is(ARRAY[kind, due_on::text, responsible::text, resource, (ended_at IS NULL)::text], ARRAY['extension_decision', '2026-12-01', '{section_chief}', 'extension', 'true'],
	'three working days for the decision') FROM hz.clock WHERE resource_id = (pg_temp.e(1)).id;

-- Who decides. The asker cannot, whatever the key; the table bears no such row.
SELECT is(pg_temp.not_decided(1, '{"result": "granted"}', 'ann') ->> 'code', 'invalid_state', 'not the inspector');
UPDATE person SET role = 'section_chief', institutions = '' WHERE name = 'home';
SELECT is(pg_temp.not_decided(1, '{"result": "granted"}', 'home') - 'status', '{"code": "segregation_of_duties"}', 'not with another key of the same person');
UPDATE person SET role = 'institution', institutions = '00000000-0000-7000-8000-0000000000a1' WHERE name = 'home';
SELECT throws_ok($$UPDATE hz.extension SET state = 'granted', granted_deadline = new_deadline, decided_by = asked_by, decision_reason = 'x', closed_at = now()$$,
	'23514', 'new row for relation "extension" violates check constraint "extension_decided_by_another"', 'impossible in the table');
SELECT is(pg_temp.faults(pg_temp.not_decided(1, '{"result": "granted", "new_deadline": "2026-12-31"}')), '{"/new_deadline": "later_than_asked"}', 'no more than was asked for');
SELECT is(pg_temp.faults(pg_temp.not_decided(1, '{"result": "granted", "new_deadline": "2026-11-30"}')), '{"/new_deadline": "not_later"}', 'nor what runs anyway');
SELECT is(pg_temp.faults(pg_temp.not_decided(1, '{"result": "refused", "new_deadline": "2026-12-05"}')), '{"/new_deadline": "not_expected"}', 'nor a day with a refusal');
SELECT is(pg_temp.not_decided(1, '{"result": "granted", "occurred_at": "2026-11-26T09:00:00+08:00"}') ->> 'code', 'occurred_at_out_of_order', 'nor before it was asked for');

-- Granted to an earlier day than asked.
SELECT set_config('app.clock', '2026-11-27T09:00:00+08:00', true) \g /dev/null
SELECT is(d ->> 'state' || ' ' || (d ->> 'granted_deadline') || ' ' || (d ->> 'decided_by_name') || ' ' || (d ->> 'finding_state'), 'granted 2026-12-10 chief ordered', 'granted')
  FROM pg_temp.decide(1, '{"result": "granted", "new_deadline": "2026-12-10"}') d;
SELECT is(due_on, '2026-12-10', 'the deadline of the finding at once') FROM hz.finding WHERE id = pg_temp.f(1);
SELECT is(array_agg(due_on || ' ' || current || ' ' || reason ORDER BY set_at), ARRAY['2026-11-30 false 责令改正通知送达', '2026-12-10 true 准予延期'], 'the old date is kept')
  FROM hz.deadline WHERE finding_id = pg_temp.f(1);
SELECT is(ARRAY(SELECT e ->> 'step' FROM jsonb_array_elements(d.explanation) e), '{event,rule,counting,result,extension,result}', 'on the steps before')
  FROM hz.deadline d WHERE finding_id = pg_temp.f(1) AND current;
SELECT is(d.explanation -> 4, jsonb_build_object('step', 'extension', 'date', '2026-12-10', 'basis', '本局规则', 'text',
	'home 于 2026-11-26 申请延期至 2026-12-30，理由：材料未到；chief 于 2026-11-27 准予延期至 2026-12-10，理由：属实'), 'who asked, who granted, when and why')
  FROM hz.deadline d WHERE finding_id = pg_temp.f(1) AND current;
SELECT is(d.order_id, o.order_id, 'still a deadline of its order') FROM hz.deadline d, hz.deadline o WHERE d.finding_id = pg_temp.f(1) AND d.current AND o.finding_id = d.finding_id AND NOT o.current;
SELECT is(array_agg(what || ' ' || from_state || ' ' || to_state || ' ' || coalesce(reason, '-') ORDER BY id),
	ARRAY['extensions ordered ordered 材料未到', 'extension_granted ordered ordered 属实', 'deadline ordered ordered 准予延期'], 'request and decision are events of the finding')
  FROM hz.event WHERE resource = 'finding' AND resource_id = pg_temp.f(1) AND occurred_at > '2026-11-25';
SELECT is(ended_by, 'decisions', 'the clock is stopped') FROM hz.clock WHERE kind = 'extension_decision' AND finding_id = pg_temp.f(1);
SELECT is(pg_temp.not_decided(1, '{"result": "refused"}') - 'status', '{"code": "invalid_state", "state": "granted", "allowed": []}', 'decided once');

-- A second one, refused; it does not count. A third, granted; the limit of the round is reached.
SELECT is(pg_temp.ask(1, '2026-12-20') ->> 'old_deadline', '2026-12-10', 'of the deadline that runs now');
SELECT is(pg_temp.decide(1, '{"result": "refused", "reason": "理由不足"}') ->> 'state', 'refused', 'refused');
SELECT is(due_on, '2026-12-10', 'and nothing moved') FROM hz.finding WHERE id = pg_temp.f(1);
SELECT is(e.reason, '理由不足', 'it is an event too') FROM hz.event e WHERE resource_id = pg_temp.f(1) AND what = 'extension_refused';
SELECT pg_temp.ask(1, '2026-12-20'), pg_temp.decide(1, '{"result": "granted"}') \g /dev/null
SELECT is(ARRAY(SELECT e ->> 'step' FROM jsonb_array_elements(d.explanation) e), '{event,rule,counting,result,extension,result,extension,result}', 'a chain of extensions')
  FROM hz.deadline d WHERE finding_id = pg_temp.f(1) AND current;
SELECT is(r #>> '{errors,0,detail}', '本轮整改已延期 2 次，最多 2 次（整改期限的延长，第 1 版；依据：本局规则）', 'so often in a round') FROM pg_temp.not_asked(1, '2026-12-25') r;
SELECT is(pg_temp.faults(pg_temp.not_asked(1, '2027-12-25')), '{"": "extended_too_often", "/new_deadline": "extended_too_far"}', 'all faults at once');

-- The last millisecond of the due day is in time, the next is late, and says so for ever.
SELECT set_config('app.clock', '2026-11-30T23:59:59.999+08:00', true) \g /dev/null
SELECT is(pg_temp.ask(2, '2026-12-05') ->> 'late', 'false', '23:59:59.999 of the due day');
SELECT set_config('app.clock', '2026-12-01T00:00:00+08:00', true) \g /dev/null
SELECT is((r ->> 'late') || (r ->> 'late_days'), 'true1', '24:00') FROM pg_temp.ask(3, '2026-12-05') r;
SELECT set_config('app.clock', '2026-12-03T08:00:00+08:00', true) \g /dev/null
SELECT is(pg_temp.faults(pg_temp.not_asked(4, '2026-12-02')), '{"/new_deadline": "date_in_past"}', 'for a day gone by');
SELECT is((r ->> 'late') || (r ->> 'late_days'), 'true3', 'three days late') FROM pg_temp.ask(4, '2026-12-05') r;
SELECT pg_temp.decide(4, '{"result": "granted"}') \g /dev/null
SELECT is(ARRAY[d.reason, d.explanation #>> '{4,text}'], ARRAY['准予延期（期限届满 3 日后申请）', 'home 于 2026-12-03 申请延期至 2026-12-05（期限 2026-11-30 届满 3 日后才提出），理由：材料未到；'
	|| 'chief 于 2026-12-03 准予延期至 2026-12-05，理由：属实'], 'never silently') FROM hz.deadline d WHERE finding_id = pg_temp.f(4) AND current;
SELECT is(payload ->> 'late_days', '3', 'nor in the events') FROM hz.event WHERE resource_id = pg_temp.f(4) AND what = 'extension_granted';
-- asked for in time by the device, written down after the deadline: told, too
SELECT is(pg_temp.ask(5, '2026-12-05', '{"occurred_at": "2026-11-30T20:00:00+08:00"}') ->> 'late', 'false', 'in time by its own clock');
SELECT pg_temp.decide(5, '{"result": "granted"}') \g /dev/null
SELECT matches(d.explanation #>> '{4,text}', '^home 于 2026-11-30 申请延期至 2026-12-05（2026-12-03 登记），', 'with the day it was written down')
  FROM hz.deadline d WHERE finding_id = pg_temp.f(5) AND current;

-- The round is over: a request that waits lapses, and nobody decides it.
SELECT is(pg_temp.call('bob', format('api.finding_reinspect(%L, $1)', pg_temp.f(2)), '{"result": "failed", "order": {"days": 5}}') ->> 'state', 'ordered', 'a failed re-inspection');
SELECT is(ARRAY[(e).state, (e).lapsed_by], ARRAY['lapsed', 'reinspections'], 'ends the request of its round') FROM pg_temp.e(2) e;
SELECT is(pg_temp.not_decided(2, '{"result": "granted"}') - 'status', '{"code": "invalid_state", "state": "lapsed", "allowed": []}', 'which nobody decides any more');
SELECT is(array_agg(what ORDER BY id), ARRAY['reinspections', 'extension_lapsed', 'deadline'], 'an event of the finding')
  FROM hz.event WHERE resource_id = pg_temp.f(2) AND occurred_at > '2026-12-02' AND resource = 'finding';
SELECT is(ended_by, 'reinspections', 'and its clock ends') FROM hz.clock WHERE resource_id = (pg_temp.e(2)).id;
SELECT is(pg_temp.ask(2, '2026-12-20') ->> 'round', '2', 'the next round has its own');
SELECT pg_temp.call('home', format('api.finding_progress(%L, $1)', pg_temp.f(3)), '{}'), pg_temp.call('home', format('api.finding_act(%L, %L, $1)', pg_temp.f(3), 'reinspection-requests'), '{}') \g /dev/null
SELECT is((pg_temp.e(3)).state, 'pending', 'it waits on while re-inspection is asked for');
SELECT is(pg_temp.not_asked(3, '2026-12-20') ->> 'code', 'invalid_state', 'when nothing more can be asked for');
SELECT pg_temp.call('chief', format('api.finding_act(%L, %L, $1)', pg_temp.f(3), 'voidings'), '{"note": "x"}') \g /dev/null
SELECT is(ARRAY[(e).state, (e).lapsed_by], ARRAY['lapsed', 'voidings'], 'and lapses with the finding') FROM pg_temp.e(3) e;

-- Limits by edition: that of the day of asking. In working days they are counted as such.
INSERT INTO hz.time_limit (code, edition, title, title_en, amount, day_kind, times, resource, starts_with, legal_basis, basis_read, effective_from)
VALUES ('extension', '2', '延期', 'x', 3, 'working', 1, 'extension', '', '某办法第三条', false, '2026-12-04');
SELECT is(pg_temp.ask(6, '2026-12-11', '{"occurred_at": "2026-12-03T08:00:00+08:00"}') ->> 'extension_state', 'pending', 'the edition of that day');
SELECT pg_temp.decide(6, '{"result": "granted"}') \g /dev/null
SELECT set_config('app.clock', '2026-12-10T08:00:00+08:00', true) \g /dev/null
SELECT is(pg_temp.not_asked(6, '2026-12-17') -> 'errors', jsonb_build_array(
	api.fault('', 'extended_too_often', '本轮整改已延期 1 次，最多 1 次（延期，第 2 版；依据：某办法第三条（条文未核对））'),
	api.fault('/new_deadline', 'extended_too_far', '一次最多延长 3 个工作日，即至 2026-12-16（延期，第 2 版；依据：某办法第三条（条文未核对））')), 'the one of today, over a weekend');

-- A date that was provisional, in a year whose holidays are not known, is none any more when another was granted.
UPDATE hz.finding SET state = 'confirmed' WHERE id = pg_temp.f(8);
SELECT set_config('app.clock', '2049-12-27T08:00:00+08:00', true) \g /dev/null
SELECT pg_temp.call('ann', format('api.finding_order(%L, $1)', pg_temp.f(8)), '{"days": 10, "day_kind": "working"}') \g /dev/null
SELECT is(provisional, true, 'provisional') FROM hz.deadline WHERE finding_id = pg_temp.f(8);
SELECT pg_temp.ask(8, (due_on + 1)::text), pg_temp.decide(8, '{"result": "granted"}') FROM hz.finding WHERE id = pg_temp.f(8) \g /dev/null
SELECT is(array_agg(provisional || ' ' || coalesce(counted_from::text, '-') ORDER BY set_at, id), ARRAY['true 2049-12-27', 'false -'], 'a date that stays')
  FROM hz.deadline WHERE finding_id = pg_temp.f(8);
SELECT set_config('app.clock', '2026-12-10T08:00:00+08:00', true) \g /dev/null

-- Who sees them.
SELECT pg_temp.ask(7, '2026-12-30', '{"occurred_at": "2026-12-03T08:00:00+08:00"}') \g /dev/null
CREATE FUNCTION pg_temp.seen(p_who text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v text;
BEGIN
	PERFORM pg_temp.call(p_who, 'api.me()'), set_config('app.wide', 'no', true);
	SET LOCAL ROLE hz_api;
	SELECT count(*) || ' ' || coalesce(bool_or(category = 'psychological'), false) INTO v FROM hz.extension;
	RESET ROLE;
	RETURN v;
END $$;
SELECT is(ARRAY[pg_temp.seen('chief'), pg_temp.seen('home'), pg_temp.seen('agency'), pg_temp.seen('staff'), pg_temp.seen('street'), pg_temp.seen('system')],
	ARRAY['11 true', '11 true', '0 false', '0 false', '10 false', '10 false'], 'the institution its own, staff none, streets and systems none that may name people');

SELECT * FROM finish();
ROLLBACK;
