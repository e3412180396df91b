-- Findings by their commands: how they come about, who changes their words, the rounds, the institution's own loop, merges.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql
INSERT INTO person VALUES
	('leader', '00000000-0000-7000-8000-000000000010', 'leader', '', ''), ('clerk', '00000000-0000-7000-8000-000000000011', 'staff', '00000000-0000-7000-8000-0000000000a1', ''),
	('system', '00000000-0000-7000-8000-000000000012', 'integration', '', ''), ('handler', '00000000-0000-7000-8000-000000000013', 'handler', '', ''),
	('double', '00000000-0000-7000-8000-000000000002', 'institution', '00000000-0000-7000-8000-0000000000a1', '');	-- ann again, by another key
INSERT INTO hz.actor (id, district, kind, name) SELECT id, '500103', 'person', name FROM person ON CONFLICT DO NOTHING;
INSERT INTO hz.inspection (id, district, institution_id, institution_type, street, kind, state, started_at, created_by)
SELECT ('00000000-0000-7000-8000-0000000000b' || n)::uuid, i.district, i.id, i.type, i.street, k, s, CASE s WHEN 'in_progress' THEN api.now() END, '00000000-0000-7000-8000-000000000002'
  FROM (VALUES (1, 'TESTAAA', 'routine', 'in_progress'), (2, 'TESTAAB', 'routine', 'in_progress'), (3, 'TESTAAA', 'routine', 'cancelled'), (4, 'TESTAAA', 'routine', 'planned'),
	       (5, 'TESTAAA', 'self', 'in_progress')) v (n, code, k, s) JOIN hz.institution i USING (code);

CREATE FUNCTION pg_temp.body(p_more text DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT '{"institution_id": "00000000-0000-7000-8000-0000000000a1", "category": "fire", "severity": "general", "description": "锁着的门"}'::jsonb || p_more::jsonb
$$;
CREATE FUNCTION pg_temp.make(p_name text, p_more text DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.call(p_name, 'api.finding_create($1)', pg_temp.body(p_more))
$$;
-- An act by its function and command; the finding's id comes first.
CREATE FUNCTION pg_temp.act(p_name text, p_id text, p_command text, p_body text DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.call(p_name, CASE p_command WHEN 'progress-reports' THEN format('api.finding_progress(%L, $1)', p_id)
		WHEN 'reinspections' THEN format('api.finding_reinspect(%L, $1)', p_id) WHEN 'merges' THEN format('api.finding_merge(%L, $1)', p_id)
		WHEN 'orders' THEN format('api.finding_order(%L, $1)', p_id) WHEN 'confirmations' THEN format('api.finding_confirm(%L, $1)', p_id)
		ELSE format('api.finding_act(%L, %L, $1)', p_id, p_command) END, p_body::jsonb)
$$;
CREATE FUNCTION pg_temp.no(p_name text, p_id text, p_command text, p_body text DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v_detail text;
BEGIN
	PERFORM pg_temp.act(p_name, p_id, p_command, p_body);
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
	RETURN right(SQLSTATE, 3) || ' ' || coalesce(v_detail::jsonb #>> '{errors,0,pointer}', v_detail::jsonb ->> 'code');
END $$;

-- Who brings it decides its state and its source.
SELECT is(ARRAY[f ->> 'state', f ->> 'source_kind', f ->> 'round'], v.want, 'made by ' || v.name)
  FROM (VALUES ('ann', '{confirmed,inspection,1}'::text[]), ('chief', '{confirmed,other,1}'), ('street', '{reported,street,1}'), ('home', '{reported,self,1}'),
	       ('clerk', '{reported,staff,1}'), ('system', '{reported,integration,1}')) v (name, want), pg_temp.make(v.name) f;
SELECT is(pg_temp.make('chief', '{"inspection_id": "00000000-0000-7000-8000-0000000000b1"}') ->> 'source_kind', 'inspection', 'of a visit it is from the visit');
SELECT is(pg_temp.make('home', '{"inspection_id": "00000000-0000-7000-8000-0000000000b5"}') ->> 'source_kind', 'self', 'but its own stay its own');
SELECT is(pg_temp.faults(pg_temp.refused('home', 'api.finding_create($1)', pg_temp.body('{"inspection_id": "00000000-0000-7000-8000-0000000000b1"}'))),
	'{"/inspection_id": "inspection_of_others"}', 'and what the office''s visit found is not its own');
SELECT is(pg_temp.make('ann', '{"id": "00000000-0000-7000-8000-0000000000c1", "found_at": "2026-11-20T08:00:00+08:00"}') ->> 'found_at', '2026-11-20T08:00:00.000+08:00',
	'id and time from the device');
SELECT is((SELECT version FROM hz.finding WHERE id = '00000000-0000-7000-8000-0000000000c1'), 1::bigint, 'version 1');

-- What it points at must be there, and of the same home.
SELECT is(pg_temp.refused('ann', 'api.finding_create($1)', pg_temp.body('{"institution_id": "00000000-0000-7000-8000-0000000000ff"}')) - 'errors',
	'{"code": "unknown_reference", "status": "422"}', 'no such institution');
SELECT is(pg_temp.refused('home', 'api.finding_create($1)', pg_temp.body('{"institution_id": "00000000-0000-7000-8000-0000000000a2"}')) ->> 'code', 'unknown_reference', 'not one''s own');
SELECT is(pg_temp.faults(pg_temp.refused('ann', 'api.finding_create($1)', pg_temp.body(format('{"inspection_id": "00000000-0000-7000-8000-0000000000b%s", "recurs_of": "00000000-0000-7000-8000-0000000000ff"}', n)))),
	v.want, v.name) FROM (VALUES (2, 'of another home', '{"/inspection_id": "unknown_reference", "/recurs_of": "unknown_reference"}'::jsonb),
		(3, 'a cancelled visit', '{"/inspection_id": "inspection_cancelled", "/recurs_of": "unknown_reference"}'),
		(4, 'one that has not begun', '{"/inspection_id": "inspection_not_begun", "/recurs_of": "unknown_reference"}')) v (n, name, want);
SELECT is(pg_temp.refused('ann', 'api.finding_create($1)', pg_temp.body('{"found_at": "2026-11-23T09:05:01+08:00"}')) ->> 'code', 'occurred_at_in_future', 'found in the future');

-- Whoever brought a lead from elsewhere is named to handlers, and to themselves.
SELECT is(ARRAY[pg_temp.call('chief', q) ->> 'created_by' IS NOT NULL, pg_temp.call('ann', q) ->> 'created_by' IS NOT NULL, pg_temp.call('handler', q) ->> 'created_by' IS NOT NULL],
	'{t,f,t}', 'the creator of source other')
  FROM (SELECT format('(SELECT (api.finding_json(f, NULL, api.today()))::jsonb AS body FROM hz.finding f WHERE f.id = %L)', id) FROM hz.finding WHERE source_kind = 'other') x (q);

-- The words.
CREATE TEMPORARY TABLE made (name text PRIMARY KEY, id text NOT NULL);
INSERT INTO made SELECT 'street', pg_temp.make('street') ->> 'id';
CREATE FUNCTION pg_temp.patch(p_name text, p_id text, p_version int, p_body text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v_detail text;
BEGIN
	RETURN pg_temp.call(p_name, format('api.finding_patch(%L, %L, $1)', p_id, p_version), p_body::jsonb) ->> 'version';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
	RETURN right(SQLSTATE, 3) || ' ' || (v_detail::jsonb ->> 'code');
END $$;
SELECT is(pg_temp.patch('street', id, NULL, '{"location": "x"}'), '428 precondition_required', 'no version') FROM made;
SELECT is(pg_temp.patch('street', id, 7, '{"location": "x"}'), '412 precondition_failed', 'a wrong one') FROM made;
SELECT is(pg_temp.patch('street', id, 1, '{"location": "三楼", "severity": "major"}'), '2', 'by who reported it') FROM made;
SELECT is(pg_temp.patch('home', id, 2, '{"location": "x"}'), '403 forbidden', 'by another') FROM made;
SELECT is(pg_temp.patch('ann', id, 2, '{"location": null, "severity": "general"}'), '3', 'by the office, and null erases') FROM made;
SELECT is((SELECT location FROM hz.finding f WHERE f.id = made.id::uuid), NULL, 'erased') FROM made;
SELECT is(pg_temp.act('ann', id, 'confirmations') ->> 'state', 'confirmed', 'taken up') FROM made;
SELECT is(pg_temp.patch('street', id, 4, '{"location": "x"}'), '409 invalid_state', 'too late for who reported it') FROM made;
SELECT is(pg_temp.act('ann', id, 'orders', '{"days": 3}') ->> 'deadline', '2026-11-26', 'ordered') FROM made;
SELECT is(pg_temp.patch('ann', id, (SELECT version::int FROM hz.finding f WHERE f.id = made.id::uuid), '{"category": "service"}'), '409 invalid_state', 'the order is on what it was') FROM made;

-- The rounds. Nobody re-inspects before the day without being asked; on the day, and by an act dated on it, yes.
SELECT is(pg_temp.no('bob', id, 'reinspections', '{"result": "passed"}'), '409 invalid_state', 'not yet due') FROM made;
SELECT set_config('app.clock', '2026-11-26T00:00:00+08:00', true) \g /dev/null
SELECT is(pg_temp.no('bob', id, 'reinspections', '{"result": "passed", "occurred_at": "2026-11-25T23:59:59+08:00"}'), '409 invalid_state', 'judged by when it happened') FROM made;
SELECT is(pg_temp.no('bob', id, 'reinspections', '{"result": "failed"}'), '422 /order', 'a failed one needs the next order') FROM made;
SELECT is(pg_temp.no('bob', id, 'reinspections', '{"result": "passed", "order": {"days": 1}}'), '422 /order', 'a passed one has none') FROM made;
SELECT is(pg_temp.no('bob', id, 'reinspections', '{"result": "failed", "order": {"day_kind": "working"}}'), '422 /order/day_kind', 'one with a period') FROM made;
SELECT is((SELECT array_agg(command ORDER BY recorded_at, id) FROM hz.finding_act WHERE finding_id = made.id::uuid), '{create,confirmations,orders}', 'nothing is left of what was refused') FROM made;
SELECT is(ARRAY[a ->> 'state', a ->> 'round', a ->> 'deadline', a ->> 'result'], '{ordered,1,2026-11-28,failed}', 'failed: ordered again, from the day after')
  FROM made, pg_temp.act('bob', id, 'reinspections', '{"result": "failed", "order": {"days": 2, "requirement": "再改"}}') a;
SELECT is(ARRAY[f.state, f.round::text, f.due_on::text], '{ordered,2,2026-11-28}', 'the second round') FROM hz.finding f, made WHERE f.id = made.id::uuid;
SELECT is(array_agg(round || ' ' || requirement ORDER BY round), '{"1 整改：锁着的门","2 再改"}', 'each round keeps its order')
  FROM hz.rectification_order_item i, made WHERE i.finding_id = made.id::uuid;
SELECT is(pg_temp.act('double', id, 'progress-reports', '{"note": "n", "responsible_name": "王", "expected_on": "2026-11-27"}') ->> 'state', 'rectifying', 'progress') FROM made;
SELECT is(f.due_on, '2026-11-28'::date, 'does not move an ordered deadline') FROM hz.finding f, made WHERE f.id = made.id::uuid;
SELECT is(pg_temp.act('home', id, 'reinspection-requests') ->> 'state', 'reinspection_requested', 'asked for') FROM made;
SELECT is(pg_temp.no('ann', id, 'reinspections', '{"result": "passed"}'), '422 segregation_of_duties', 'not by who reported progress, whatever the key') FROM made;
SELECT is(pg_temp.no('bob', id, 'reinspections', '{"result": "passed", "occurred_at": "2026-11-25T23:00:00+08:00"}'), '422 /occurred_at', 'not before it was asked for') FROM made;
SELECT is(pg_temp.act('bob', id, 'reinspections', '{"result": "passed", "note": "好"}') - '{id,finding_id,actor_id}'::text[],
	'{"act": "reinspections", "result": "passed", "round": 2, "from_state": "reinspection_requested", "state": "closed", "actor_name": "bob", "role": "inspector",
	  "occurred_at": "2026-11-26T00:00:00.000+08:00", "recorded_at": "2026-11-26T00:00:00.000+08:00", "note": "好", "responsible_name": null, "expected_on": null,
	  "into": null, "inspection_id": null, "order_id": null, "deadline": null, "attachments": []}', 'passed: closed') FROM made;
SELECT is(pg_temp.call('ann', format('(SELECT (api.finding_json(f, ''x'', api.today()))::jsonb AS body FROM hz.finding f WHERE id = %L)', id)) -> 'overdue', 'false', 'what is closed is not overdue') FROM made;

-- Overdue from the first moment of the day after.
INSERT INTO made SELECT 'late', pg_temp.make('ann') ->> 'id';
SELECT pg_temp.act('ann', id, 'orders', '{"days": 1}') FROM made WHERE name = 'late' \g /dev/null
CREATE FUNCTION pg_temp.late() RETURNS text LANGUAGE sql AS $$
	SELECT (j ->> 'overdue') || ' ' || (j ->> 'days_left') FROM made, pg_temp.call('ann', format('(SELECT (api.finding_json(f, ''x'', api.today()))::jsonb AS body FROM hz.finding f WHERE id = %L)', id)) j WHERE name = 'late'
$$;
SELECT set_config('app.clock', '2026-11-27T23:59:59+08:00', true) \g /dev/null
SELECT is(pg_temp.late(), 'false 0', 'the whole day counts');
SELECT set_config('app.clock', '2026-11-28T00:00:00+08:00', true) \g /dev/null
SELECT is(pg_temp.late(), 'true -1', 'and no more');

-- The institution's own loop.
INSERT INTO made SELECT 'own', pg_temp.make('home') ->> 'id';
SELECT is(pg_temp.no('home', id, 'progress-reports', '{"expected_on": "2026-11-27"}'), '422 /expected_on', 'no day that is past') FROM made WHERE name = 'own';
SELECT is(pg_temp.act('home', id, 'progress-reports', '{"responsible_name": "王", "expected_on": "2026-12-01"}') ->> 'state', 'rectifying', 'who and by when') FROM made WHERE name = 'own';
SELECT is(ARRAY[f.due_on::text, f.responsible_name], '{2026-12-01,王}', 'its own deadline') FROM hz.finding f, made WHERE f.id = made.id::uuid AND name = 'own';
SELECT is(pg_temp.no('home', id, 'self-acceptances'), '422 /attachments', 'not without evidence') FROM made WHERE name = 'own';
SELECT is(pg_temp.act('home', id, 'self-acceptances', format('{"attachments": [{"sha256": "%s", "role": "after"}]}', repeat('e5', 32))) ->> 'state', 'closed', 'and closed by itself') FROM made WHERE name = 'own';

-- Merges: into another open one of the same home.
INSERT INTO made SELECT n, pg_temp.make('ann', m) ->> 'id' FROM (VALUES ('a', '{}'), ('b', '{}'), ('c', '{"institution_id": "00000000-0000-7000-8000-0000000000a2"}')) v (n, m);
CREATE FUNCTION pg_temp.into(p_name text) RETURNS text LANGUAGE sql AS $$ SELECT format('{"into": "%s"}', id) FROM made WHERE name = p_name $$;
SELECT is(pg_temp.no('chief', a.id, 'merges', v.body), '422 /into', v.why)
  FROM made a, (VALUES (pg_temp.into('a'), 'not into itself'), (pg_temp.into('c'), 'not of another home'), (pg_temp.into('own'), 'not into a closed one'),
	('{"into": "00000000-0000-7000-8000-0000000000ff"}', 'not into nothing')) v (body, why) WHERE a.name = 'a';
SELECT is(pg_temp.no('ann', id, 'merges', pg_temp.into('b')), '403 forbidden', 'not by an inspector') FROM made WHERE name = 'a';
SELECT is(ARRAY[m ->> 'state', m ->> 'into'], ARRAY['merged', (SELECT id FROM made WHERE name = 'b')], 'merged') FROM made, pg_temp.act('chief', id, 'merges', pg_temp.into('b')) m WHERE name = 'a';
SELECT is(pg_temp.no('chief', id, 'merges', pg_temp.into('a')), '422 /into', 'not into a merged one') FROM made WHERE name = 'b';
SELECT is(pg_temp.no('chief', '00000000-0000-7000-8000-0000000000ff', 'voidings'), '404 not_found', 'no such finding');

-- A device that repeats an act of yesterday learns that it is recorded.
SELECT pg_temp.act('chief', id, 'voidings', '{"id": "00000000-0000-7000-8000-0000000000d9"}') FROM made WHERE name = 'b' \g /dev/null
SELECT is(pg_temp.no('chief', id, 'voidings', '{"id": "00000000-0000-7000-8000-0000000000d9"}'), '409 id_exists', 'the act is there already') FROM made WHERE name = 'b';
SELECT is(pg_temp.no('chief', id, 'voidings'), '409 invalid_state', 'a new one is too late') FROM made WHERE name = 'b';

-- The records of one command, a page at a time.
SELECT is(json_array_length(items), 1, 'one a page') FROM made, api.finding_acts(id::uuid, 'reinspections', 1, NULL, NULL) WHERE name = 'street';
SELECT is(ARRAY[p2.items #>> '{0,result}', p2.next_key::text], '{passed,NULL}', 'the second page is the last')
  FROM made, api.finding_acts(id::uuid, 'reinspections', 1, NULL, NULL) p1, api.finding_acts(id::uuid, 'reinspections', 1, p1.next_key ->> 0, p1.next_key ->> 1) p2 WHERE name = 'street';

SELECT finish();
ROLLBACK;
