-- Enforcement measures: which members each kind has, what a suspension does to its institution and what lifts it again.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql
INSERT INTO person VALUES ('leader', '00000000-0000-7000-8000-000000000010', 'leader', '', '');
INSERT INTO hz.actor (id, district, kind, name) VALUES ('00000000-0000-7000-8000-000000000010', '500103', 'person', 'leader');

CREATE FUNCTION pg_temp.at(p_at text) RETURNS void LANGUAGE sql AS $$ SELECT set_config('app.clock', p_at || '+08:00', true) $$;
-- An ordered finding; a measure by its kind, with what it needs.
CREATE FUNCTION pg_temp.make() RETURNS uuid LANGUAGE sql AS $$
	SELECT (pg_temp.call('ann', format('api.finding_order(%L, $1)', pg_temp.call('ann', 'api.finding_create($1)', '{"institution_id": "00000000-0000-7000-8000-0000000000a1",
		"category": "fire", "severity": "general", "description": "疏散楼梯封闭"}') ->> 'id'), '{"days": 3}') ->> 'finding_id')::uuid
$$;
CREATE FUNCTION pg_temp.body(p_kind text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('kind', p_kind) || CASE p_kind
		WHEN 'talk' THEN '{"persons": [{"name": "沈院长", "post": "院长"}], "record": "承诺三日内恢复"}'
		WHEN 'warning' THEN '{"document_number": "渝中民警〔2026〕1号", "matter": "封闭疏散楼梯"}'
		WHEN 'order_suspend' THEN '{"document_number": "渝中民停〔2026〕1号", "matter": "整改期间无法保证安全", "legal_basis": "《安全生产法》第六十五条第一款第三项"}'
		WHEN 'penalty_case' THEN '{"matter": "封闭疏散楼梯"}' ELSE '{}' END::jsonb
$$;
CREATE FUNCTION pg_temp.take(p_name text, p_id uuid, p_kind text, p_more text DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.call(p_name, format('api.measure_create(%L, $1)', p_id), pg_temp.body(p_kind) || p_more::jsonb)
$$;
CREATE FUNCTION pg_temp.no(p_name text, p_id uuid, p_kind text, p_more text DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.refused(p_name, format('api.measure_create(%L, $1)', p_id), pg_temp.body(p_kind) || p_more::jsonb)
$$;
-- The institution: status, and what stands by scope and document.
CREATE FUNCTION pg_temp.place() RETURNS text LANGUAGE sql AS $$
	SELECT status || coalesce((SELECT ' ' || string_agg((s ->> 'scope') || (s ->> 'document_number'), ',' ORDER BY n) FROM jsonb_array_elements(suspensions) WITH ORDINALITY e (s, n)), '')
	  FROM hz.institution WHERE code = 'TESTAAA'
$$;
CREATE FUNCTION pg_temp.reinspect(p_id uuid, p_result text, p_more text DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.call('bob', format('api.finding_reinspect(%L, $1)', p_id), CASE p_result WHEN 'failed' THEN '{"result": "failed", "order": {"days": 1}}'
		ELSE '{"result": "passed"}' END::jsonb || p_more::jsonb) ->> 'state'
$$;
CREATE TEMPORARY TABLE made AS SELECT pg_temp.make() AS a, pg_temp.make() AS b, pg_temp.make() AS c, NULL::jsonb AS stop;

-- Members: what is missing and what belongs to others, all at once.
SELECT is(pg_temp.faults(pg_temp.refused('chief', format('api.measure_create(%L, $1)', a), v.body::jsonb)), v.want::jsonb, v.why)
  FROM made, (VALUES ('{"kind": "talk", "scope": "whole", "place": "局会议室"}', '{"/persons": "required", "/record": "required", "/scope": "not_expected"}', 'of a talk'),
	('{"kind": "warning", "record": "x"}', '{"/document_number": "required", "/matter": "required", "/record": "not_expected"}', 'of a warning')) v (body, want, why);
SELECT is(pg_temp.faults(pg_temp.refused('leader', format('api.measure_create(%L, $1)', a), v.body::jsonb)), v.want::jsonb, v.why)
  FROM made, (VALUES ('{"kind": "order_suspend", "scope": "part", "persons": [{"name": "x"}]}',
	'{"/document_number": "required", "/matter": "required", "/legal_basis": "required", "/persons": "not_expected", "/scope_text": "required"}', 'of a suspension'),
	('{"kind": "penalty_case"}', '{"/matter": "required"}', 'of a case')) v (body, want, why);
SELECT is(pg_temp.no(v.who, a, v.kind) ->> 'code', 'forbidden', v.kind || ' is not for the ' || v.who)
  FROM made, (VALUES ('leader', 'talk'), ('leader', 'warning'), ('chief', 'order_suspend'), ('chief', 'resume'), ('chief', 'penalty_case'), ('ann', 'talk')) v (who, kind);

-- A talk is a record, and no later step has to wait for it.
SELECT is(m - '{id,finding_id,actor_id,recorded_at,measure}'::text[] || jsonb_build_object('persons', m #> '{measure,persons}', 'state of it', m #> '{measure,state}'),
	'{"act": "enforcement-measures", "result": "talk", "round": 1, "from_state": "ordered", "state": "ordered", "actor_name": "chief", "role": "section_chief",
	  "occurred_at": "2026-11-23T09:00:00.000+08:00", "note": null, "responsible_name": null, "expected_on": null, "into": null, "inspection_id": null, "order_id": null,
	  "deadline": null, "attachments": [], "persons": [{"name": "沈院长", "post": "院长"}], "state of it": "done"}', 'a talk') FROM made, pg_temp.take('chief', a, 'talk') m;
SELECT pg_temp.at('2026-11-24T10:00:00') \g /dev/null
SELECT pg_temp.take('chief', a, 'talk') FROM made \g /dev/null
SELECT is(pg_temp.call('home', format('api.finding_progress(%L, $1)', a), '{"occurred_at": "2026-11-23T15:00:00+08:00"}') ->> 'state', 'rectifying', 'a step of the day before comes in after it') FROM made;

-- A part of the institution: it goes on operating, and says what may not be used.
SELECT is(pg_temp.take('leader', b, 'order_suspend', '{"scope": "part", "scope_text": "三楼", "document_number": "停1"}') #>> '{measure,state}', 'standing', 'a part') FROM made;
SELECT is(pg_temp.place(), 'operating part停1', 'it goes on operating');
-- The whole of it.
UPDATE made SET stop = pg_temp.take('leader', a, 'order_suspend', '{"document_number": "停2"}');
SELECT is(ARRAY[stop #>> '{measure,scope}', stop ->> 'state', pg_temp.place()], '{whole,rectifying,"suspended part停1,whole停2"}', 'the whole, unless it says otherwise') FROM made;
SELECT is(pg_temp.no('leader', a, 'order_suspend') - 'status', jsonb_build_object('code', 'suspension_exists', 'measure_id', stop ->> 'id'), 'once for a finding') FROM made;
SELECT is(pg_temp.refused('chief', $$api.institution_patch('00000000-0000-7000-8000-0000000000a1', -2, $1)$$, '{"status": "operating", "beds": 3}') - 'status',
	jsonb_build_object('code', 'suspended_by_measure', 'measure_id', stop ->> 'id', 'finding_id', a, 'document_number', '停2'), 'not operating by a change of the file') FROM made;
SELECT throws_ok($$UPDATE hz.institution SET status = 'operating' WHERE code = 'TESTAAA'$$, '23514', NULL, 'nor by hand');
SELECT is(pg_temp.call('chief', $$api.institution_patch('00000000-0000-7000-8000-0000000000a1', -2, $1)$$, '{"beds": 3}') ->> 'status', 'suspended', 'other things may change');
SELECT is(pg_temp.call('chief', $$api.institution_patch('00000000-0000-7000-8000-0000000000a2', -2, $1)$$, '{"status": "suspended"}') ->> 'status', 'suspended', 'what was suspended without a measure');
SELECT is(pg_temp.call('chief', $$api.institution_patch('00000000-0000-7000-8000-0000000000a2', -2, $1)$$, '{"status": "operating"}') ->> 'status', 'operating', 'is resumed without one');

-- Resumed only after a re-inspection passed since.
SELECT is(pg_temp.no('leader', c, 'resume') ->> 'code', 'no_suspension', 'nothing to resume') FROM made;
SELECT is(pg_temp.no('leader', a, 'resume') - 'status', jsonb_build_object('code', 'reinspection_needed', 'measure_id', stop ->> 'id', 'suspended_at', '2026-11-24T10:00:00.000+08:00'), 'not yet') FROM made;
SELECT is(pg_temp.faults(pg_temp.no('leader', a, 'resume', '{"matter": "x", "scope": "whole"}')), '{"/matter": "not_expected", "/scope": "not_expected"}', 'of a resumption') FROM made;
SELECT pg_temp.at('2026-11-26T10:00:00') \g /dev/null
SELECT is(pg_temp.reinspect(a, 'failed'), 'ordered', 'failed') FROM made;
SELECT is(pg_temp.no('leader', a, 'resume') ->> 'code', 'reinspection_needed', 'a failed one is none') FROM made;
SELECT pg_temp.at('2026-11-27T10:00:00') \g /dev/null
SELECT is(pg_temp.reinspect(a, 'passed'), 'closed', 'passed') FROM made;
SELECT is(pg_temp.faults(pg_temp.no('leader', a, 'resume', '{"occurred_at": "2026-11-24T09:59:59+08:00"}')), '{"/occurred_at": "occurred_at_out_of_order"}', 'not before it was suspended') FROM made;
SELECT is(ARRAY[m ->> 'state', m #>> '{measure,suspension_id}', (SELECT command || ' ' || outcome FROM hz.finding_act x WHERE x.id = (m #>> '{measure,reinspection_id}')::uuid)],
	ARRAY['closed', stop ->> 'id', 'reinspections passed'], 'resumed, on a closed finding') FROM made, pg_temp.take('leader', a, 'resume') m;
SELECT is(pg_temp.place(), 'operating part停1', 'and operating, but for the part');
SELECT is(ARRAY[m.state, api.ts(m.lifted_at)], '{lifted,2026-11-27T10:00:00.000+08:00}', 'the suspension says when') FROM hz.enforcement_measure m, made WHERE m.id = (stop ->> 'id')::uuid;
SELECT is(pg_temp.no('leader', a, 'resume') ->> 'code', 'no_suspension', 'once') FROM made;
SELECT is(f.closed_at, '2026-11-27T10:00:00+08:00'::timestamptz, 'what comes after closing does not move it') FROM hz.finding f, made WHERE f.id = a;
SELECT is(pg_temp.no('leader', a, 'order_suspend') ->> 'code', 'invalid_state', 'nothing is suspended for what is closed') FROM made;
SELECT is(pg_temp.take('chief', a, 'warning') ->> 'state', 'closed', 'but warned for it may be') FROM made;

-- A re-inspection of the same second counts by its place in the record; one before the suspension does not.
UPDATE made SET stop = pg_temp.take('leader', c, 'order_suspend');
SELECT is(pg_temp.reinspect(c, 'passed', '{"occurred_at": "2026-11-27T09:00:00+08:00"}'), 'closed', 'looked at before it') FROM made;
SELECT is(pg_temp.no('leader', c, 'resume') ->> 'code', 'reinspection_needed', 'does not count') FROM made;
-- What the leader did not approve has not passed; a later one has.
INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, outcome, round, from_state, to_state, actor_id, role, occurred_at, recorded_at)
SELECT api.uuid_v7(), c, '500103', '00000000-0000-7000-8000-0000000000a1', v.command, v.outcome, 1, 'x', 'x', v.actor::uuid, 'x', v.at::timestamptz, v.at::timestamptz
  FROM made, (VALUES ('reinspections', 'passed', '00000000-0000-7000-8000-000000000003', '2026-11-27T11:00:00+08:00'),
	('closure-approvals', 'refused', '00000000-0000-7000-8000-000000000010', '2026-11-27T12:00:00+08:00')) v (command, outcome, actor, at);
SELECT pg_temp.at('2026-11-27T13:00:00') \g /dev/null
SELECT is(pg_temp.no('leader', c, 'resume') ->> 'code', 'reinspection_needed', 'closing was refused since') FROM made;
INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, outcome, round, from_state, to_state, actor_id, role, occurred_at, recorded_at)
SELECT api.uuid_v7(), c, '500103', '00000000-0000-7000-8000-0000000000a1', 'reinspections', 'passed', 2, 'x', 'x', '00000000-0000-7000-8000-000000000003', 'x', api.now(), api.now() FROM made;
SELECT is(pg_temp.place(), 'suspended part停1,whole渝中民停〔2026〕1号', 'still suspended');
SELECT is(pg_temp.take('leader', c, 'resume') #>> '{measure,state}', 'done', 'looked at again') FROM made;

-- Merged into another, it is that one's re-inspection that counts; voided, none is needed.
CREATE TEMPORARY TABLE more AS SELECT pg_temp.make() AS d, pg_temp.make() AS e, pg_temp.make() AS f;
SELECT pg_temp.take('leader', d, 'order_suspend', '{"document_number": "停3"}'), pg_temp.take('leader', f, 'order_suspend', '{"document_number": "停4"}') FROM more \g /dev/null
SELECT is(pg_temp.place(), 'suspended part停1,whole停3,whole停4', 'twice over');
SELECT pg_temp.call('chief', format('api.finding_merge(%L, $1)', d), jsonb_build_object('into', e)) FROM more \g /dev/null
SELECT is(pg_temp.no('leader', d, 'resume') ->> 'code', 'reinspection_needed', 'merged is not mended') FROM more;
SELECT pg_temp.at('2026-12-01T10:00:00') \g /dev/null
SELECT is(pg_temp.reinspect(e, 'passed'), 'closed', 'the one it went into') FROM more;
SELECT is(pg_temp.take('leader', d, 'resume') ->> 'state', 'merged', 'lifts it') FROM more;
SELECT is((SELECT merged_into FROM hz.finding WHERE id = d), e, 'which is merged as before') FROM more;
SELECT is(pg_temp.place(), 'suspended part停1,whole停4', 'the other one stands');
SELECT pg_temp.call('chief', format('api.finding_act(%L, ''voidings'', $1)', f), '{"note": "认定有误"}') FROM more \g /dev/null
SELECT is(pg_temp.take('leader', f, 'resume') #>> '{measure,reinspection_id}', NULL, 'what was no hazard needs none') FROM more;
SELECT is(pg_temp.place(), 'operating part停1', 'operating again');

-- Handed over while something is suspended for it: the other body cannot close it.
SELECT is(pg_temp.refused('chief', format('api.referral_reply(%L, %L, $1)', b, r ->> 'id'), '{"result": "x", "outcome": "closed"}') ->> 'code', 'suspension_stands', 'not closed by others')
  FROM made, pg_temp.call('chief', format('api.finding_refer(%L, $1)', b), '{"receiving_body": "housing", "matter": "x", "handover": true}') r;

-- Shut for good: nothing left to suspend, and a lifted suspension opens nothing.
UPDATE made SET stop = pg_temp.take('leader', pg_temp.make(), 'order_suspend');
SELECT pg_temp.call('chief', $$api.institution_patch('00000000-0000-7000-8000-0000000000a1', -2, $1)$$, '{"status": "closed"}') \g /dev/null
SELECT is(pg_temp.faults(pg_temp.no('leader', pg_temp.make(), 'order_suspend')), '{"/kind": "institution_closed"}', 'nothing to suspend');
SELECT pg_temp.call('chief', format('api.finding_act(%L, ''voidings'', $1)', stop ->> 'finding_id'), '{"note": "认定有误"}') FROM made \g /dev/null
SELECT pg_temp.take('leader', (stop ->> 'finding_id')::uuid, 'resume') FROM made \g /dev/null
SELECT is(pg_temp.place(), 'closed part停1', 'closed it stays');

-- Events: of the measure, and of the institution with the moment it happened.
SELECT is(array_agg(what || ' ' || from_state || ' ' || to_state || ' ' || (payload ->> 'measure_id' IS NOT NULL)::text ORDER BY id),
	'{"suspended operating operating true","suspended operating suspended true","resumed suspended operating true"}', 'events of the institution')
  FROM (SELECT * FROM hz.event WHERE resource = 'institution' AND resource_id = '00000000-0000-7000-8000-0000000000a1' AND what IN ('suspended', 'resumed') ORDER BY id LIMIT 3) e;
SELECT is(array_agg(what || ' ' || coalesce(from_state, '-') || ' ' || to_state ORDER BY id), '{"created - standing","resume standing lifted"}', 'events of the measure')
  FROM hz.event, made WHERE resource = 'enforcement_measure' AND resource_id = (stop ->> 'id')::uuid;

SELECT finish();
ROLLBACK;
