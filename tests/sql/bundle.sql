-- A visit brought back whole: done once, all faults at once, what others did meanwhile told item by item.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql

-- An id of the device, made of a name.
CREATE FUNCTION pg_temp.id(p_name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(p_name)::uuid $$;
CREATE FUNCTION pg_temp.item(n int) RETURNS uuid LANGUAGE sql STABLE AS $$
	SELECT id FROM hz.checklist_item WHERE checklist_id = '01900000-0000-7000-8000-00000000e001' ORDER BY category, position LIMIT 1 OFFSET n
$$;
-- A photograph still to come.
CREATE FUNCTION pg_temp.evidence() RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_array(jsonb_build_object('sha256', repeat('e5', 32), 'role', 'after'))
$$;
-- A photograph that is still to be uploaded.
CREATE FUNCTION pg_temp.photo(p_role text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_array(jsonb_build_object('role', p_role, 'sha256', encode(sha256(convert_to(p_role, 'UTF8')), 'hex')))
$$;
-- A new visit p_name by ann with two findings, one of them corrected at once, an order on the other, and signatures.
CREATE FUNCTION pg_temp.bundle(p_name text) RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object(
		'inspection', jsonb_build_object('id', pg_temp.id(p_name), 'institution_id', '00000000-0000-7000-8000-0000000000a1',
			'kind', 'routine', 'checklist_id', '01900000-0000-7000-8000-00000000e001', 'occurred_at', '2026-11-23T08:00:00+08:00',
			'inspectors', '[{"actor_id": "00000000-0000-7000-8000-000000000003"}]'::jsonb),
		'start', jsonb_build_object('id', pg_temp.id(p_name || ' start'), 'occurred_at', '2026-11-23T08:05:00+08:00', 'credentials_shown', true),
		'findings', (SELECT jsonb_agg(jsonb_build_object('id', pg_temp.id(p_name || ' finding ' || n), 'category', 'fire', 'severity', 'general',
				'description', '通道堆物 ' || n, 'found_at', '2026-11-23T08:10:00+08:00')) FROM generate_series(0, 1) n),
		'corrections', jsonb_build_array(jsonb_build_object('id', pg_temp.id(p_name || ' correction'), 'note', '当场清理', 'attachments', pg_temp.photo('after'), 'attachments', pg_temp.evidence(),
			'finding_id', pg_temp.id(p_name || ' finding 1'), 'occurred_at', '2026-11-23T08:15:00+08:00')),
		'answers', jsonb_build_array(jsonb_build_object('item_id', pg_temp.item(0), 'answer', 'fail', 'finding_id', pg_temp.id(p_name || ' finding 0')),
			jsonb_build_object('item_id', pg_temp.item(1), 'answer', 'pass')),
		'answered_at', '2026-11-23T08:20:00+08:00',
		'order', jsonb_build_object('id', pg_temp.id(p_name || ' order'), 'occurred_at', '2026-11-23T08:25:00+08:00',
			'items', jsonb_build_array(jsonb_build_object('finding_id', pg_temp.id(p_name || ' finding 0'), 'days', 7)),
			'service', jsonb_build_object('id', pg_temp.id(p_name || ' service'), 'occurred_at', '2026-11-23T08:30:00+08:00', 'receiver', '某院长')),
		'submission', jsonb_build_object('id', pg_temp.id(p_name || ' submission'), 'conclusion', '发现两处问题', 'occurred_at', '2026-11-23T08:35:00+08:00'),
		'signatures', jsonb_build_array(
			jsonb_build_object('id', pg_temp.id(p_name || ' s0'), 'party', 'inspector', 'name', '安', 'occurred_at', '2026-11-23T08:36:00+08:00'),
			jsonb_build_object('id', pg_temp.id(p_name || ' s1'), 'party', 'institution', 'name', '某院长', 'occurred_at', '2026-11-23T08:37:00+08:00')))
$$;
-- How many rows any bundle could leave.
CREATE FUNCTION pg_temp.rows() RETURNS bigint[] LANGUAGE sql STABLE AS $$
	SELECT ARRAY[(SELECT count(*) FROM hz.inspection), (SELECT count(*) FROM hz.inspection_act), (SELECT count(*) FROM hz.inspection_answer),
		(SELECT count(*) FROM hz.finding), (SELECT count(*) FROM hz.finding_act), (SELECT count(*) FROM hz.rectification_order),
		(SELECT count(*) FROM hz.order_service), (SELECT count(*) FROM hz.deadline), (SELECT count(*) FROM hz.event),
		(SELECT count(*) FROM hz.bundle_item)]
$$;
CREATE FUNCTION pg_temp.send(p_bundle jsonb, p_who text DEFAULT 'ann') RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.call(p_who, 'api.bundle_import($1)', p_bundle)
$$;
CREATE FUNCTION pg_temp.no(p_bundle jsonb, p_who text DEFAULT 'ann') RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.refused(p_who, 'api.bundle_import($1)', p_bundle)
$$;
CREATE TEMPORARY TABLE told (name text PRIMARY KEY, answer jsonb, counted bigint[]) ON COMMIT DROP;

-- In one piece.
INSERT INTO told SELECT 'a', pg_temp.send(pg_temp.bundle('a'));
SELECT is(answer ->> 'state', 'recorded', 'a whole visit is recorded by one call') FROM told WHERE name = 'a';
SELECT is(answer -> 'replayed', 'false', 'and was new') FROM told WHERE name = 'a';
SELECT is(jsonb_path_query_array(answer, '$.findings[*].state'), '["ordered", "closed"]', 'one finding ordered, one corrected') FROM told WHERE name = 'a';
SELECT is(answer #>> '{findings,0,deadline}', '2026-11-30', 'the period runs from service') FROM told WHERE name = 'a';
SELECT is(answer #>> '{order,state}', 'served', 'the order is served') FROM told WHERE name = 'a';
SELECT is((SELECT array_agg(command ORDER BY occurred_at) FROM hz.inspection_act WHERE inspection_id = pg_temp.id('a')),
	'{starts,answers,submissions,signatures,signatures}', 'every step has its own time');
SELECT is((SELECT occurred_at FROM hz.inspection_act WHERE id = pg_temp.id('a submission')), '2026-11-23T08:35:00+08:00', 'and the device''s id');

SELECT is(jsonb_path_query_array(answer, '$.awaiting[*].role'), '["after"]', 'the photograph of the correction is awaited') FROM told WHERE name = 'a';
SELECT is(answer #>> '{awaiting,0,finding_id}', pg_temp.id('a finding 1')::text, 'for its finding') FROM told WHERE name = 'a';

-- Again.
UPDATE told SET counted = pg_temp.rows();
INSERT INTO told SELECT 'again', pg_temp.send(pg_temp.bundle('a'));
SELECT is(b.answer, a.answer || '{"replayed": true}', 'the same bundle again gives the same answer') FROM told a, told b WHERE a.name = 'a' AND b.name = 'again';
SELECT is(pg_temp.rows(), counted, 'and leaves nothing') FROM told WHERE name = 'a';
SELECT is(pg_temp.no(jsonb_set(jsonb_set(pg_temp.bundle('a'), '{findings,1,description}', '"另一处"'), '{answers,1,answer}', '"fail"'))
	- 'detail' #- '{errors,0,detail}' #- '{errors,1,detail}',
	'{"code": "bundle_conflict", "status": "409", "errors": [{"pointer": "/findings/1", "code": "different_content"},
	  {"pointer": "/answers/1", "code": "different_content"}]}', 'the same ids with other content are a conflict, item by item');
SELECT is(pg_temp.rows(), counted, 'and change nothing') FROM told WHERE name = 'a';
SELECT is(pg_temp.no(pg_temp.bundle('a'), 'carol') ->> 'status', '403', 'a visit of others');
SELECT is(pg_temp.no(pg_temp.bundle('x'), 'home') ->> 'status', '403', 'a role that may not go on such a visit');

-- All faults at once, each where it is.
UPDATE told SET counted = pg_temp.rows();
SELECT is(pg_temp.faults(pg_temp.no(pg_temp.bundle('b')
	|| jsonb_build_object('start', pg_temp.bundle('b') -> 'start' || '{"occurred_at": "2026-11-23T10:00:00+08:00"}')
	#- '{answers,0,finding_id}'
	|| jsonb_build_object('findings', pg_temp.bundle('b') -> 'findings' || jsonb_build_array(jsonb_build_object('id', pg_temp.id('b finding 2'),
		'category', 'fire', 'severity', 'general', 'description', '三', 'found_at', '2026-11-23T08:10:00+08:00',
		'recurs_of', pg_temp.id('nothing'))))
	|| jsonb_build_object('signatures', '[{"party": "institution", "name": "某", "refused": true, "occurred_at": "2026-11-23T08:40:00+08:00"}]'::jsonb)
	|| jsonb_build_object('order', pg_temp.bundle('b') -> 'order' || jsonb_build_object('items', jsonb_build_array(
		jsonb_build_object('finding_id', pg_temp.id('b finding 0'), 'days', 7, 'deadline', '2026-12-01'),
		jsonb_build_object('finding_id', pg_temp.id('nothing'), 'days', 7)))))),
	jsonb_build_object('/start/occurred_at', 'occurred_at_in_future', '/findings/2/recurs_of', 'unknown_reference',
		'/order/items/0/days', 'rule_violated', '/order/items/1/finding_id', 'unknown_reference',
		'/answers/0/finding_id', 'fail_without_finding', '/signatures/0/reason', 'rule_violated'), 'all faults at once, none of them a consequence of another');
SELECT is(pg_temp.rows(), counted, 'nothing is half stored') FROM told WHERE name = 'a';
SELECT is(pg_temp.faults(pg_temp.no(pg_temp.bundle('b') #- '{answers,0,finding_id}')), '{"/answers/0/finding_id": "fail_without_finding"}',
	'a fail without its finding is pointed at among the answers');
SELECT is(pg_temp.faults(pg_temp.no(jsonb_set(jsonb_set(pg_temp.bundle('b'), '{inspection,checklist_id}', to_jsonb(pg_temp.id('none'))),
	'{signatures,0,occurred_at}', '"2026-11-23T07:00:00+08:00"'))),
	'{"/inspection/checklist_id": "unknown_reference", "/signatures/0/occurred_at": "occurred_at_out_of_order"}',
	'a visit that cannot be made does not hide what else is wrong');
SELECT is(pg_temp.faults(pg_temp.no(jsonb_set(pg_temp.bundle('b'), '{inspection,institution_id}', to_jsonb(pg_temp.id('none')))
	#- '{inspection,checklist_id}')),
	'{"/inspection/institution_id": "unknown_reference"}', 'without an institution nothing else can be judged');
SELECT is(pg_temp.faults(pg_temp.no(pg_temp.bundle('b') #- '{inspection,inspectors}')), '{"/inspection/inspectors": "too_few_inspectors"}', 'one inspector is not enough');
SELECT is(pg_temp.faults(pg_temp.no(pg_temp.bundle('b') || jsonb_build_object('inspection_id', pg_temp.id('b')))), '{"/inspection": "rule_violated"}', 'one visit, not two');
SELECT is(pg_temp.faults(pg_temp.no(jsonb_build_object('inspection_id', pg_temp.id('a')))), '{"": "rule_violated"}', 'an empty bundle');
SELECT is(pg_temp.faults(pg_temp.no(jsonb_build_object('inspection_id', pg_temp.id('none'), 'start', '{}'::jsonb))), '{"/inspection_id": "unknown_reference"}', 'an unknown visit');
SELECT is(pg_temp.rows(), counted, 'still nothing') FROM told WHERE name = 'a';
SELECT is(pg_temp.send(pg_temp.bundle('b')) ->> 'state', 'recorded', 'mended, it is taken');

-- What others have done meanwhile. Ann and bob are on a planned visit; ann goes off line.
SELECT pg_temp.call('ann', 'api.inspection_create($1)', pg_temp.bundle('c') -> 'inspection') IS NOT NULL AS made \g /dev/null
SELECT pg_temp.call('bob', format('api.inspection_start(%L, $1)', pg_temp.id('c')), '{"occurred_at": "2026-11-23T08:01:00+08:00"}') IS NOT NULL \g /dev/null
SELECT pg_temp.call('bob', format('api.inspection_answers_put(%L, $1)', pg_temp.id('c')), jsonb_build_object('answers',
	jsonb_build_array(jsonb_build_object('item_id', pg_temp.item(1), 'answer', 'not_applicable')))) IS NOT NULL \g /dev/null
-- an older finding, closed by now, and one that is ordered by now
SELECT pg_temp.call('bob', 'api.finding_create($1)', jsonb_build_object('id', pg_temp.id('old ' || n), 'institution_id', '00000000-0000-7000-8000-0000000000a1',
	'category', 'fire', 'severity', 'general', 'description', '旧', 'found_at', '2026-11-20T08:00:00+08:00')) IS NOT NULL FROM generate_series(0, 1) n \g /dev/null
SELECT pg_temp.call('bob', format('api.finding_act(%L, %L, $1)', pg_temp.id('old 0'), 'corrections'), jsonb_build_object('note', '已清理', 'attachments', pg_temp.evidence(), 'occurred_at', '2026-11-21T08:00:00+08:00')) IS NOT NULL \g /dev/null
SELECT pg_temp.call('bob', format('api.finding_order(%L, $1)', pg_temp.id('old 1')), '{"days": 3, "occurred_at": "2026-11-21T08:00:00+08:00"}') IS NOT NULL \g /dev/null
UPDATE told SET counted = pg_temp.rows();
CREATE FUNCTION pg_temp.states(p_refusal jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_object_agg(e ->> 'pointer', concat(e ->> 'code', ' ', e ->> 'state')) FROM jsonb_array_elements(p_refusal -> 'errors') e
$$;
SELECT is(pg_temp.states(pg_temp.no(pg_temp.bundle('c') - 'inspection' || jsonb_build_object('inspection_id', pg_temp.id('c'),
		'corrections', jsonb_build_array(jsonb_build_object('id', pg_temp.id('c again'), 'finding_id', pg_temp.id('old 0'), 'note', '清', 'attachments', pg_temp.photo('after'),
			'occurred_at', '2026-11-23T08:15:00+08:00')),
		'order', jsonb_set(pg_temp.bundle('c') -> 'order', '{items,1}', jsonb_build_object('finding_id', pg_temp.id('old 1'), 'days', 3))))),
	'{"/start": "invalid_state in_progress", "/corrections/0": "invalid_state closed", "/answers/1/answer": "already_answered not_applicable",
	  "/order/items/1/finding_id": "invalid_state ordered"}', 'what others did is told item by item, with the state now');
SELECT is(pg_temp.rows(), counted, 'and nothing is stored') FROM told WHERE name = 'a';
SELECT is(pg_temp.send(pg_temp.bundle('c') - 'inspection' - 'start' #- '{answers,1}' || jsonb_build_object('inspection_id', pg_temp.id('c'))) ->> 'state',
	'recorded', 'without what others have done the rest is taken');

SELECT * FROM finish();
ROLLBACK;
