-- Segregation of duties: held by the tables, whatever writes to them. Rows are put in by hand here, as the API's login and as the owner.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql
INSERT INTO person VALUES ('leader', '00000000-0000-7000-8000-000000000010', 'leader', '', '');
INSERT INTO hz.actor (id, district, kind, name) VALUES ('00000000-0000-7000-8000-000000000010', '500103', 'person', 'leader');
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description, found_at, state, last_act_at, created_by)
VALUES ('00000000-0000-7000-8000-0000000000f1', '500103', '00000000-0000-7000-8000-0000000000a1', 'elderly_care', '500103001', 'fire', 'general', 'inspection', 'x',
	api.now(), 'rectifying', api.now(), '00000000-0000-7000-8000-000000000002');

-- Puts an act of p_name in by hand, as p_as. What it is refused with, NULL when it is taken.
CREATE FUNCTION pg_temp.act(p_name text, p_command text, p_as text DEFAULT 'hz_api') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v_actor uuid := (SELECT id FROM person WHERE name = p_name);
	v_detail text;
BEGIN
	PERFORM set_config('app.actor', v_actor::text, true), set_config('app.role', 'inspector', true), set_config('app.districts', '500103', true),
		set_config('app.types', '', true), set_config('app.streets', '', true), set_config('app.institutions', '', true), set_config('app.hidden', 'none', true);
	IF p_as = 'hz_api' THEN
		SET LOCAL ROLE hz_api;
	END IF;
	INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, round, from_state, to_state, actor_id, role, occurred_at)
	VALUES (api.uuid_v7(), '00000000-0000-7000-8000-0000000000f1', '500103', '00000000-0000-7000-8000-0000000000a1', p_command, 1, 'x', 'x', v_actor, 'x', api.now());
	RESET ROLE;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || coalesce((v_detail::jsonb ->> 'code') || ' ' || (v_detail::jsonb ->> 'conflict'), SQLERRM);
END $$;

SELECT is(pg_temp.act('home', 'progress-reports'), NULL, 'progress');
SELECT is(pg_temp.act('carol', 'reinspection-requests'), NULL, 'a request');
SELECT is(pg_temp.act('chief', 'self-acceptances'), NULL, 'an acceptance');
SELECT is(pg_temp.act(v.name, 'reinspections', v.role), 'HZ422 segregation_of_duties ' || v.conflict, v.name || ' does not re-inspect, as ' || v.role)
  FROM (VALUES ('home', 'hz_api', 'progress-reports'), ('home', 'owner', 'progress-reports'), ('carol', 'hz_api', 'reinspection-requests'), ('carol', 'owner', 'reinspection-requests'),
	('chief', 'hz_api', 'self-acceptances'), ('chief', 'owner', 'self-acceptances')) v (name, role, conflict);
SELECT is(pg_temp.act('bob', 'reinspections'), NULL, 'another does');
SELECT is(pg_temp.act(v.name, 'closure-approvals', v.role), 'HZ422 segregation_of_duties ' || v.conflict, v.name || ' does not approve, as ' || v.role)
  FROM (VALUES ('bob', 'hz_api', 'reinspections'), ('bob', 'owner', 'reinspections'), ('home', 'hz_api', 'progress-reports'), ('carol', 'owner', 'reinspection-requests')) v (name, role, conflict);
SELECT is(pg_temp.act('leader', 'closure-approvals'), NULL, 'another does');
SELECT is(pg_temp.act(v.name, 'spot-checks'), v.want, v.name || ' and the spot check')
  FROM (VALUES ('chief', 'HZ422 segregation_of_duties self-acceptances'), ('home', 'HZ422 segregation_of_duties progress-reports'), ('ann', NULL)) v (name, want);
SELECT throws_ok($$UPDATE hz.finding_act SET actor_id = '00000000-0000-7000-8000-000000000006' WHERE command = 'reinspections'$$, 'HZ422', NULL, 'nor by putting another name to it');
SELECT throws_ok($$UPDATE hz.finding_act SET command = 'reinspections' WHERE command = 'progress-reports'$$, 'HZ422', NULL, 'or another word');
SELECT is(count(*), 1::bigint, 'one re-inspection is there') FROM hz.finding_act WHERE command = 'reinspections';

-- The rule is a row, with its basis; it reads what the caller cannot see.
SELECT is(ARRAY(SELECT resource || ' ' || command FROM hz.segregation ORDER BY 1), '{"finding closure-approvals","finding reinspections","finding spot-checks","penalty_case decided","penalty_case heard"}', 'the rules');
SELECT is(api.segregation_conflict('finding', 'reinspections', '00000000-0000-7000-8000-0000000000f1', (SELECT id FROM person WHERE name = 'home')), 'progress-reports', 'by the owner');
SELECT is(pg_temp.call('street', $$(SELECT to_jsonb((SELECT count(*) FROM hz.finding_act WHERE command = 'progress-reports') || ' '
	|| api.segregation_conflict('finding', 'reinspections', '00000000-0000-7000-8000-0000000000f1', '00000000-0000-7000-8000-000000000006')) AS body)$$) #>> '{}', '1 progress-reports', 'by a caller');
UPDATE person SET streets = '500103004' WHERE name = 'street';
SELECT is(pg_temp.call('street', $$(SELECT to_jsonb((SELECT count(*) FROM hz.finding_act WHERE command = 'progress-reports') || ' '
	|| api.segregation_conflict('finding', 'reinspections', '00000000-0000-7000-8000-0000000000f1', '00000000-0000-7000-8000-000000000006')) AS body)$$) #>> '{}', '0 progress-reports', 'who does not see it');

-- Cases: who investigated, by recording it or by being named, neither hears nor decides.
UPDATE hz.finding SET state = 'ordered';
CREATE TEMPORARY TABLE kase AS
SELECT (pg_temp.call('leader', $$api.measure_create('00000000-0000-7000-8000-0000000000f1', $1)$$, '{"kind": "penalty_case", "matter": "x"}') ->> 'id')::uuid AS id;
SELECT pg_temp.call('ann', format('api.penalty_step(''00000000-0000-7000-8000-0000000000f1'', %L, $1)', id),
	'{"step": "investigated", "facts": "x", "investigators": [{"actor_id": "00000000-0000-7000-8000-000000000010"}, {"actor_id": "00000000-0000-7000-8000-000000000001"}]}') FROM kase \g /dev/null
CREATE FUNCTION pg_temp.step(p_name text, p_step text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v_detail text;
BEGIN
	INSERT INTO hz.penalty_step (id, measure_id, district, institution_id, step, from_state, to_state, actor_id, role, occurred_at)
	SELECT api.uuid_v7(), kase.id, '500103', '00000000-0000-7000-8000-0000000000a1', p_step, 'x', 'x', p.id, 'x', api.now() FROM kase, person p WHERE p.name = p_name;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || (v_detail::jsonb ->> 'conflict');
END $$;
SELECT is(ARRAY[pg_temp.step(v.name, 'decided'), pg_temp.step(v.name, 'heard')], v.want, v.name || ' by hand')
  FROM (VALUES ('ann', '{HZ422 investigated,HZ422 investigated}'::text[]), ('leader', '{HZ422 investigated,HZ422 investigated}'), ('chief', '{HZ422 investigated,HZ422 investigated}'), ('bob', '{NULL,NULL}')) v (name, want);
SELECT pg_temp.call('ann', format('api.penalty_step(''00000000-0000-7000-8000-0000000000f1'', %L, $1)', id), '{"step": "notified", "proposal": "x", "hearing_right": false}') FROM kase \g /dev/null
SELECT is(pg_temp.refused('leader', format('api.penalty_step(''00000000-0000-7000-8000-0000000000f1'', %L, $1)', id), '{"step": "decided"}') - 'status',
	'{"code": "segregation_of_duties", "conflict": "investigated"}', 'said before anything else is found fault with') FROM kase;

-- Whoever asked for more time does not give it.
UPDATE hz.finding SET due_on = api.today() + 3;
INSERT INTO hz.extension (id, finding_id, district, institution_id, institution_type, street, category, round, old_deadline, new_deadline, reason, late_days, asked_by, asked_at)
SELECT a.id, a.finding_id, a.district, a.institution_id, 'elderly_care', '500103001', 'fire', 1, api.today() + 3, api.today() + 9, 'x', 0, a.actor_id, a.occurred_at
  FROM hz.finding_act a WHERE a.command = 'progress-reports';
SELECT throws_ok(format($$UPDATE hz.extension SET state = 'granted', granted_deadline = new_deadline, decision_reason = 'x', closed_at = now(), decided_by = %L$$, (SELECT id FROM person WHERE name = 'home')),
	'23514', NULL, 'not by who asked');
UPDATE hz.extension SET state = 'granted', granted_deadline = new_deadline, decision_reason = 'x', closed_at = now(), decided_by = (SELECT id FROM person WHERE name = 'chief');
SELECT is(state, 'granted', 'by another') FROM hz.extension;

SELECT finish();
ROLLBACK;
