-- Penalty cases: the steps in their legal order, by every role from every state; dates, clocks, the hearing, who sees a case.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql
INSERT INTO person VALUES ('leader', '00000000-0000-7000-8000-000000000010', 'leader', '', '');
INSERT INTO hz.actor (id, district, kind, name) VALUES ('00000000-0000-7000-8000-000000000010', '500103', 'person', 'leader');

-- The order, written out by hand: step, outcome, from which states, to, by whom, and (where it matters) what was decided.
CREATE TEMPORARY TABLE wanted AS
SELECT step, outcome, f AS from_state, to_state, roles, string_to_array(courses, ' ') AS courses
  FROM (VALUES
	('investigated', '', 'filed', 'investigated', 'inspector', NULL),
	('notified', '', 'investigated', 'notified', 'inspector section_chief', NULL),
	('hearing_requested', '', 'notified', 'hearing_requested', 'inspector section_chief', NULL),
	('hearing_withdrawn', '', 'hearing_requested', 'notified', 'inspector section_chief', NULL),
	('heard', '', 'hearing_requested', 'heard', 'section_chief', NULL),
	('decided', 'penalty', 'notified heard', 'decided', 'leader', NULL),
	('decided', 'no_penalty', 'investigated notified heard', 'decided', 'leader', NULL),
	('decided', 'prosecution', 'investigated notified heard', 'decided', 'leader', NULL),
	('served', '', 'decided', 'served', 'inspector section_chief', 'fine penalty no_penalty'),
	('paid', '', 'served', 'paid', 'inspector section_chief', 'fine'),
	('enforced', '', 'served', 'enforced', 'inspector section_chief', 'fine penalty'),
	('enforced', '', 'paid', 'enforced', 'inspector section_chief', 'fine'),
	('closed', '', 'served', 'closed', 'section_chief', 'penalty no_penalty'),
	('closed', '', 'paid', 'closed', 'section_chief', 'fine'),
	('closed', '', 'enforced', 'closed', 'section_chief', 'fine penalty'),
	('closed', '', 'decided', 'closed', 'section_chief', 'prosecution')
       ) v (step, outcome, froms, to_state, roles, courses), string_to_table(froms, ' ') f;
SELECT set_eq($$SELECT command, outcome, from_state, to_state, array_to_string(roles, ' '), kinds FROM hz.transition WHERE resource = 'penalty_case' AND command <> 'create'$$,
	'SELECT step, outcome, from_state, to_state, roles, courses FROM wanted', 'the rows are the procedure');

CREATE FUNCTION pg_temp.at(p_at text) RETURNS void LANGUAGE sql AS $$ SELECT set_config('app.clock', p_at || '+08:00', true) $$;
CREATE FUNCTION pg_temp.file() RETURNS hz.enforcement_measure LANGUAGE plpgsql AS $$
DECLARE
	v_finding text := pg_temp.call('ann', 'api.finding_create($1)', '{"institution_id": "00000000-0000-7000-8000-0000000000a1", "category": "fire", "severity": "general", "description": "x"}') ->> 'id';
	v_id text := pg_temp.call('leader', format('api.measure_create(%L, $1)', v_finding), '{"kind": "penalty_case", "matter": "封闭疏散楼梯", "document_number": "渝中民立〔2026〕1号"}') ->> 'id';
	m hz.enforcement_measure;
BEGIN
	SELECT * INTO m FROM hz.enforcement_measure WHERE id = v_id::uuid;
	RETURN m;
END $$;
-- A step with what it needs.
CREATE FUNCTION pg_temp.body(p_step text, p_result text DEFAULT 'penalty') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('step', p_step) || CASE p_step
		WHEN 'investigated' THEN '{"facts": "楼梯间封闭", "investigators": [{"actor_id": "00000000-0000-7000-8000-000000000002"}, {"name": "何以宁", "certificate_no": "C6"}]}'
		WHEN 'notified' THEN '{"proposal": "罚款五千元"}' WHEN 'heard' THEN '{"presider": "罗景明"}' WHEN 'served' THEN '{"receiver": "沈院长"}'
		WHEN 'decided' THEN CASE p_result WHEN 'penalty' THEN '{"result": "penalty", "legal_basis": "《安全生产法》第一百零五条第二项", "hearing_waived": true, "penalties": [{"kind": "fine", "amount": "5000.50"}, {"kind": "warning"}]}'
			ELSE jsonb_build_object('result', p_result, 'hearing_waived', true)::text END
		ELSE '{}' END::jsonb
$$;
CREATE FUNCTION pg_temp.step(p_name text, m hz.enforcement_measure, p_body jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.call(p_name, format('api.penalty_step(%L, %L, $1)', (m).finding_id, (m).id), p_body)
$$;
CREATE FUNCTION pg_temp.no(p_name text, m hz.enforcement_measure, p_body jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.refused(p_name, format('api.penalty_step(%L, %L, $1)', (m).finding_id, (m).id), p_body)
$$;

-- Every step by every role from every state, under every decision: what has a row succeeds, all else is refused in the right words. Undone each time.
INSERT INTO person VALUES ('section_chief', '00000000-0000-7000-8000-000000000001', 'section_chief', '', ''), ('inspector', '00000000-0000-7000-8000-000000000003', 'inspector', '', '');
CREATE TEMPORARY TABLE one AS SELECT pg_temp.file() AS m;
CREATE FUNCTION pg_temp.try(p_step text, p_outcome text, p_state text, p_course text, p_role text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v_detail text;
	v jsonb;
BEGIN
	UPDATE hz.enforcement_measure e
	   SET state = p_state, result = CASE p_course WHEN 'fine' THEN 'penalty' ELSE p_course END, to_pay = CASE p_course WHEN 'fine' THEN 5000 END,
	       penalties = CASE WHEN p_course IN ('fine', 'penalty') THEN '[]'::jsonb END
	  FROM one WHERE e.id = (one.m).id;
	v := pg_temp.step(p_role, one.m, pg_temp.body(p_step, nullif(p_outcome, ''))) FROM one;
	RAISE EXCEPTION USING ERRCODE = 'HZ200', MESSAGE = 'to ' || (v ->> 'state');
EXCEPTION WHEN OTHERS THEN
	IF SQLSTATE = 'HZ200' THEN
		RETURN SQLERRM;
	END IF;
	GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || coalesce(v_detail::jsonb ->> 'code', SQLERRM) || coalesce(' ' || (v_detail::jsonb ->> 'allowed'), '');
END $$;
CREATE TEMPORARY TABLE trial AS
SELECT t.step, t.outcome, s.state, s.course, r.role, pg_temp.try(t.step, t.outcome, s.state, s.course, r.role) AS got
  FROM (SELECT DISTINCT step, outcome FROM wanted) t,
       (SELECT state, NULL AS course FROM unnest('{filed,investigated,notified,hearing_requested,heard}'::text[]) state
	UNION ALL SELECT state, course FROM unnest('{decided,served,paid,enforced,closed}'::text[]) state, unnest('{fine,penalty,no_penalty,prosecution}'::text[]) course) s,
       unnest('{leader,section_chief,inspector}'::text[]) r (role);
CREATE FUNCTION pg_temp.fits(w wanted, p_state text, p_course text) RETURNS boolean LANGUAGE sql AS $$
	SELECT w.from_state = p_state AND (w.courses IS NULL OR p_course = ANY (w.courses))
$$;
SELECT cmp_ok(count(*), '=', 12 * 25 * 3::bigint, 'every trial was made') FROM trial;
SELECT is(ARRAY(SELECT format('%s %s by %s from %s %s: %s, not %s', step, outcome, role, state, course, got, want) FROM (
	SELECT t.*, coalesce(
		(SELECT 'to ' || w.to_state FROM wanted w WHERE w.step = t.step AND w.outcome = t.outcome AND pg_temp.fits(w, t.state, t.course) AND t.role = ANY (string_to_array(w.roles, ' '))),
		(SELECT 'HZ403 forbidden' FROM wanted w WHERE w.step = t.step AND w.outcome = t.outcome AND pg_temp.fits(w, t.state, t.course)),
		'HZ409 invalid_state ' || (SELECT coalesce(jsonb_agg(DISTINCT w.step ORDER BY w.step), '[]') FROM wanted w WHERE pg_temp.fits(w, t.state, t.course) AND t.role = ANY (string_to_array(w.roles, ' ')))::text) AS want
	  FROM trial t) x WHERE got <> want ORDER BY 1 LIMIT 10), '{}', 'each went as the law has it');
SELECT is((SELECT state FROM hz.enforcement_measure e, one WHERE e.id = (one.m).id), 'filed', 'and every trial was undone');
SELECT is(pg_temp.refused('inspector', format('api.penalty_step(%L, %L, $1)', f ->> 'finding_id', f ->> 'id'), pg_temp.body('investigated')) - 'status',
	'{"code": "invalid_state", "state": "done", "allowed": []}', 'a talk has no steps')
  FROM one, pg_temp.call('chief', format('api.measure_create(%L, $1)', (one.m).finding_id), '{"kind": "talk", "persons": [{"name": "x"}], "record": "x"}') f;

-- One case from end to end. Filed on Monday 23 November 2026.
CREATE TEMPORARY TABLE kase AS SELECT pg_temp.file() AS m;
CREATE FUNCTION pg_temp.clocks() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(replace(c.kind, 'penalty_', '') || ' ' || c.due_on || coalesce(' ' || c.ended_by, ''), ', ' ORDER BY c.started_at, c.kind) FROM hz.clock c, kase WHERE c.resource_id = (m).id
$$;
SELECT is(pg_temp.clocks(), 'decision 2027-02-21', '90 days to decide');
SELECT is(pg_temp.faults(pg_temp.no('ann', m, v.body::jsonb)), v.want::jsonb, v.why)
  FROM kase, (VALUES ('{"step": "investigated", "result": "penalty", "receiver": "x"}', '{"/investigators": "required", "/facts": "required", "/result": "not_expected", "/receiver": "not_expected"}', 'its members, all at once'),
	('{"step": "investigated", "facts": "x", "investigators": [{"actor_id": "00000000-0000-7000-8000-0000000000ff"}]}', '{"/investigators": "too_few_inspectors", "/investigators/0": "unknown_reference"}', 'two at least, and known ones'),
	('{"step": "investigated", "facts": "x", "investigators": [{"name": "x"}, {"name": "y", "certificate_no": "z"}]}', '{"/investigators/0": "unknown_reference"}', 'a name alone is nobody')) v (body, want, why);
SELECT is(pg_temp.faults(pg_temp.no('ann', m, pg_temp.body('investigated') || '{"occurred_at": "2026-11-23T08:59:59+08:00"}')), '{"/occurred_at": "occurred_at_out_of_order"}', 'not before the step before') FROM kase;
SELECT is(pg_temp.no('ann', m, pg_temp.body('investigated') || '{"occurred_at": "2026-11-23T09:06:00+08:00"}') ->> 'code', 'occurred_at_in_future', 'nor ahead of time') FROM kase;
SELECT pg_temp.at('2026-12-25T10:00:00') \g /dev/null
SELECT is(s -> 'investigators', '[{"name": "ann", "actor_id": "00000000-0000-7000-8000-000000000002", "certificate_no": "CERT-ann"}, {"name": "何以宁", "actor_id": null, "certificate_no": "C6"}]', 'investigated, by two')
  FROM kase, pg_temp.step('bob', m, pg_temp.body('investigated') || '{"id": "00000000-0000-7000-8000-0000000000d1"}') s;
-- Told on Friday 25 December: Monday to Thursday and, while the notice for 2027 is not out, 1 January like any Friday.
SELECT is(s ->> 'hearing_right', 'true', 'told, of the hearing too') FROM kase, pg_temp.step('bob', m, pg_temp.body('notified')) s;
SELECT is(pg_temp.clocks(), 'decision 2027-02-21, hearing_request 2027-01-01, statement 2027-01-01', 'five working days to ask for it, or to speak');
SELECT is(pg_temp.no('leader', m, pg_temp.body('decided') - 'hearing_waived') - 'status', '{"code": "hearing_period_running", "until": "2027-01-01"}', 'nothing is decided before') FROM kase;
SELECT is(s ->> 'late', 'false', 'asked for in time') FROM kase, pg_temp.step('chief', m, pg_temp.body('hearing_requested')) s;
SELECT is(s ->> 'presider', '罗景明', 'heard') FROM kase, pg_temp.step('chief', m, pg_temp.body('heard')) s;
SELECT pg_temp.at('2027-01-11T10:00:00') \g /dev/null
SELECT is(pg_temp.faults(pg_temp.no('leader', m, v.body::jsonb)), v.want::jsonb, v.why)
  FROM kase, (VALUES ('{"step": "decided"}', '{"/result": "required"}', 'a decision'),
	('{"step": "decided", "result": "no_penalty", "penalties": [{"kind": "warning"}]}', '{"/penalties": "not_expected"}', 'none has no penalties'),
	('{"step": "decided", "result": "penalty"}', '{"/penalties": "required", "/legal_basis": "required"}', 'a penalty has some, and a basis'),
	('{"step": "decided", "result": "penalty", "legal_basis": "x", "penalties": [{"kind": "fine"}, {"kind": "warning", "amount": "1"}, {"kind": "flogging"}, {"kind": "income_confiscated", "amount": "0.00"}]}',
	 '{"/penalties/0/amount": "required", "/penalties/1/amount": "not_expected", "/penalties/2/kind": "unknown_reference", "/penalties/3/amount": "out_of_range"}', 'kinds and sums'),
	('{"step": "decided", "result": "penalty", "legal_basis": "x", "penalties": [{"kind": "fine", "amount": "1"}, {"kind": "fine", "amount": "2"}]}',
	 '{"/penalties/0/kind": "duplicate", "/penalties/1/kind": "duplicate"}', 'each once')) v (body, want, why);
SELECT is(ARRAY[s ->> 'state', s ->> 'result', s #>> '{penalties,0,amount}'], '{decided,penalty,5000.50}', 'decided') FROM kase, pg_temp.step('leader', m, pg_temp.body('decided') - 'hearing_waived') s;
SELECT is(ARRAY[e.result, e.to_pay::text], '{penalty,5000.50}', 'and what is to be paid of it') FROM hz.enforcement_measure e, kase WHERE e.id = (m).id;
SELECT pg_temp.at('2027-01-13T10:00:00') \g /dev/null
SELECT is(s ->> 'receiver', '沈院长', 'served') FROM kase, pg_temp.step('ann', m, pg_temp.body('served')) s;
SELECT is(pg_temp.clocks(), 'decision 2027-02-21 decided, hearing_request 2027-01-01 hearing_requested, statement 2027-01-01 hearing_requested, service 2027-01-20 served, payment 2027-01-28', 'each clock was ended by its step; 15 days to pay');
SELECT pg_temp.at('2027-02-01T10:00:00') \g /dev/null
SELECT is(ARRAY[c ->> 'kind', c ->> 'overdue', c ->> 'ended_at'], '{penalty_payment,true,NULL}', 'not paid in time')
  FROM kase, hz.enforcement_measure e, jsonb_array_elements(to_jsonb(api.measure_json(e)) -> 'clocks') c WHERE e.id = (m).id AND c ->> 'kind' = 'penalty_payment';
SELECT is(s ->> 'state', 'enforced', 'made to pay') FROM kase, pg_temp.step('ann', m, pg_temp.body('enforced')) s;
-- The finding is closed meanwhile; the case goes on.
UPDATE hz.finding f SET state = 'closed', closed_at = api.now() FROM kase WHERE f.id = (m).finding_id;
SELECT is(s ->> 'state', 'closed', 'the end') FROM kase, pg_temp.step('chief', m, pg_temp.body('closed')) s;
SELECT is(count(*), 0::bigint, 'nothing runs any more') FROM hz.clock c, kase WHERE c.resource_id = (m).id AND c.ended_at IS NULL;
SELECT is((SELECT array_agg(s ->> 'step' ORDER BY n) FROM api.penalty_steps((m).finding_id, (m).id, 50, NULL, NULL) l, json_array_elements(l.items) WITH ORDINALITY e (s, n)),
	'{filed,investigated,notified,hearing_requested,heard,decided,served,enforced,closed}', 'all of it on record, in order') FROM kase;
SELECT is(array_agg(e.what ORDER BY e.id), '{created,investigated,notified,hearing_requested,heard,decided,served,enforced,closed}', 'and each an event')
  FROM hz.event e, kase WHERE e.resource = 'enforcement_measure' AND e.resource_id = (m).id;
SELECT throws_ok(format('SELECT pg_temp.step(''bob'', m, pg_temp.body(''investigated'') || ''{"id": "00000000-0000-7000-8000-0000000000d1"}'') FROM (SELECT pg_temp.file() AS m OFFSET 0) x'), '23505', NULL, 'an id once');

-- Without a hearing right there is nothing to wait for; a late request is taken and says so.
CREATE TEMPORARY TABLE two AS SELECT pg_temp.file() AS m;
SELECT pg_temp.step('bob', m, pg_temp.body('investigated')), pg_temp.step('bob', m, pg_temp.body('notified') || '{"hearing_right": false}') FROM two \g /dev/null
SELECT is(s ->> 'state', 'decided', 'decided at once') FROM two, pg_temp.step('leader', m, pg_temp.body('decided', 'no_penalty') - 'hearing_waived') s;
CREATE TEMPORARY TABLE three AS SELECT pg_temp.file() AS m;
SELECT pg_temp.step('bob', m, pg_temp.body('investigated')), pg_temp.step('bob', m, pg_temp.body('notified')) FROM three \g /dev/null
SELECT pg_temp.at('2027-02-28T10:00:00') \g /dev/null
SELECT is(s ->> 'late', 'true', 'asked for too late') FROM three, pg_temp.step('chief', m, pg_temp.body('hearing_requested')) s;
SELECT is(s ->> 'state', 'notified', 'and taken back') FROM three, pg_temp.step('chief', m, pg_temp.body('hearing_withdrawn')) s;
SELECT is(s ->> 'state', 'decided', 'the period is over') FROM three, pg_temp.step('leader', m, pg_temp.body('decided', 'prosecution') - 'hearing_waived') s;
SELECT is(ARRAY(SELECT c.kind FROM hz.clock c WHERE c.resource_id = (m).id AND c.ended_at IS NULL), '{}', 'for the prosecution nothing is served') FROM three;
SELECT is(s ->> 'state', 'closed', 'theirs now') FROM three, pg_temp.step('chief', m, pg_temp.body('closed')) s;

-- The institution knows of a case when it has been told: the case, its steps, their evidence, its events and clocks.
CREATE TEMPORARY TABLE four AS SELECT pg_temp.file() AS m;
CREATE FUNCTION pg_temp.known() RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.call('home', format('(SELECT to_jsonb((SELECT count(*) FROM hz.enforcement_measure WHERE id = %1$L) || '' '' || (SELECT count(*) FROM hz.penalty_step WHERE measure_id = %1$L) || '' ''
		|| (SELECT count(*) FROM hz.attachment_link WHERE resource = ''penalty_step'' AND finding_id = %2$L) || '' '' || (SELECT count(*) FROM hz.event WHERE resource_id = %1$L) || '' ''
		|| (SELECT count(*) FROM hz.event WHERE resource_id = %2$L AND what = ''enforcement-measures'') || '' '' || (SELECT count(*) FROM hz.finding_act WHERE id = %1$L) || '' '' || (SELECT count(*) FROM hz.clock WHERE resource_id = %1$L)) AS body)', (m).id, (m).finding_id)) #>> '{}' FROM four
$$;
SELECT pg_temp.step('bob', m, pg_temp.body('investigated') || format('{"attachments": [{"sha256": "%s", "role": "document"}]}', repeat('e5', 32))::jsonb) FROM four \g /dev/null
SELECT is(pg_temp.known(), '0 0 0 0 0 0 0', 'nothing before');
SELECT pg_temp.step('bob', m, pg_temp.body('notified')) FROM four \g /dev/null
SELECT is(pg_temp.known(), '1 3 1 3 1 1 3', 'all of it after');

SELECT finish();
ROLLBACK;
