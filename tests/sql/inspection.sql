-- The life of an inspection: who may, when, and what makes its record.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql

CREATE TEMPORARY TABLE made (name text PRIMARY KEY, id uuid NOT NULL, checklist uuid) ON COMMIT DROP;
GRANT SELECT ON made TO hz_api;
CREATE FUNCTION pg_temp.plan(p_name text, p_who text, p_kind text, p_more jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
	v jsonb := pg_temp.call(p_who, 'api.inspection_create($1)', jsonb_build_object('institution_id',
		'00000000-0000-7000-8000-0000000000a1', 'kind', p_kind) || p_more);
BEGIN
	INSERT INTO made VALUES (p_name, (v ->> 'id')::uuid, (v ->> 'checklist_id')::uuid);
	RETURN v;
END $$;
CREATE FUNCTION pg_temp.act(p_name text, p_who text, p_command text, p_body jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql AS $$
	SELECT pg_temp.call(p_who, format('api.inspection_%s(%L, $1)', p_command, id), p_body) FROM made WHERE name = p_name
$$;
CREATE FUNCTION pg_temp.no(p_name text, p_who text, p_command text, p_body jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql AS $$
	SELECT pg_temp.refused(p_who, format('api.inspection_%s(%L, $1)', p_command, id), p_body) FROM made WHERE name = p_name
$$;
-- Start, submit: up to waiting for signatures.
CREATE FUNCTION pg_temp.visit(p_name text, p_who text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.act(p_name, p_who, 'start');
	RETURN pg_temp.act(p_name, p_who, 'submit', '{"conclusion": "未发现问题"}') ->> 'state';
END $$;

-- Who may plan which kind.
SELECT is(array_agg(k || '/' || p.name ORDER BY k, p.name), ARRAY['case/ann', 'case/chief', 'patrol/street', 'red_armband/home',
	'routine/ann', 'routine/chief', 'self/home', 'special/ann', 'special/chief', 'supervision/chief', 'sweep/home'],
	'each kind is planned by its own roles')
  FROM unnest(ARRAY['routine', 'special', 'case', 'patrol', 'supervision', 'self', 'sweep', 'red_armband']) k,
       (VALUES ('chief'), ('ann'), ('street'), ('home')) p (name)
 WHERE pg_temp.refused(p.name, 'api.inspection_create($1)', jsonb_build_object('institution_id',
	'00000000-0000-7000-8000-0000000000a1', 'kind', k)) IS NULL;

SELECT is(pg_temp.faults(pg_temp.refused('chief', 'api.inspection_create($1)', '{"institution_id": "00000000-0000-7000-8000-0000000000ff",
	"kind": "routine", "checklist_id": "00000000-0000-7000-8000-0000000000ff", "inspectors": [{"certificate_no": "1"}, {"name": "某"},
	{"actor_id": "00000000-0000-7000-8000-0000000000ff"}]}')),
	'{"/institution_id": "unknown_reference", "/checklist_id": "unknown_reference", "/inspectors/0": "rule_violated",
	  "/inspectors/1": "rule_violated", "/inspectors/2/actor_id": "unknown_reference"}', 'all faults of a plan at once');
SELECT is(pg_temp.refused('home', 'api.inspection_create($1)',
	'{"institution_id": "00000000-0000-7000-8000-0000000000a2", "kind": "self"}') ->> 'status', '422', 'no institution of others');

-- A routine visit.
SELECT is(pg_temp.plan('r', 'ann', 'routine', '{"checklist_id": "01900000-0000-7000-8000-00000000e001"}') #> '{inspectors,0}',
	'{"name": "ann", "actor_id": "00000000-0000-7000-8000-000000000002", "certificate_no": "CERT-ann"}', 'who plans it goes');
SELECT is(planned_on, DATE '2026-11-23', 'planned for today when no day is given') FROM hz.inspection JOIN made USING (id) WHERE name = 'r';
SELECT is(pg_temp.faults(pg_temp.no('r', 'ann', 'start')), '{"/inspectors": "too_few_inspectors"}', 'one inspector is not enough');
SELECT is(pg_temp.no('r', 'bob', 'start') ->> 'status', '403', 'an inspector who is not named has no part in it');
SELECT is(pg_temp.call('ann', format('api.inspection_patch(%L, 1, $1)', id), '{"inspectors": [{"actor_id": "00000000-0000-7000-8000-000000000003"}]}')
	-> 'inspectors' -> 1 ->> 'name', 'bob', 'the one who planned it stays when the others change') FROM made WHERE name = 'r';
SELECT is(pg_temp.refused('ann', format('api.inspection_patch(%L, 1, $1)', id), '{"note": "x"}') ->> 'status', '412', 'stale') FROM made WHERE name = 'r';
SELECT is(pg_temp.call('home', format('(SELECT count(*) AS n FROM hz.inspection WHERE id = %L)', id)), '{"n": 0}', 'unseen by the institution')
  FROM made WHERE name = 'r';
SELECT is(pg_temp.act('r', 'bob', 'notice', '{"receiver": "门卫"}') ->> 'state', 'planned', 'a notice leaves it planned');
SELECT is(pg_temp.call('home', format('(SELECT count(*) AS n FROM hz.inspection WHERE id = %L)', id)), '{"n": 1}', 'seen once told')
  FROM made WHERE name = 'r';
SELECT is(pg_temp.no('r', 'ann', 'submit', '{"conclusion": "x"}') - 'status', '{"code": "invalid_state", "state": "planned",
	"allowed": ["cancellations", "notices", "starts"]}', 'no conclusion before the visit');
SELECT is(pg_temp.no('r', 'ann', 'start', '{"occurred_at": "2026-11-23T08:59:00+08:00"}') ->> 'code', 'occurred_at_out_of_order', 'not before the notice');
SELECT is(pg_temp.no('r', 'ann', 'start', '{"occurred_at": "2026-11-23T09:05:01+08:00"}') ->> 'code', 'occurred_at_in_future', 'five minutes ahead at most');
SELECT is(pg_temp.act('r', 'ann', 'start', '{"credentials_shown": true, "occurred_at": "2026-11-23T09:05:00+08:00"}') - '{id,inspection_id}'::text[],
	'{"state": "in_progress", "attachments": [], "actor_id": "00000000-0000-7000-8000-000000000002", "occurred_at": "2026-11-23T09:05:00.000+08:00",
	  "recorded_at": "2026-11-23T09:00:00.000+08:00", "note": null, "place": "甲路 1 号", "credentials_shown": true}', 'the record of a start');
SELECT is(pg_temp.no('r', 'ann', 'cancel', '{"reason": "x"}') -> 'allowed', '["answers", "submissions"]', 'too late to cancel');

-- Answers.
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, inspection_id, category, severity, source_kind, description,
	found_at, state, last_act_at, created_by)
SELECT '00000000-0000-7000-8000-0000000000f1', '500103', '00000000-0000-7000-8000-0000000000a1', 'elderly_care', '500103001', id, 'fire', 'general',
	'inspection', '门锁', api.now(), 'confirmed', api.now(), '00000000-0000-7000-8000-000000000002' FROM made WHERE name = 'r';
CREATE TEMPORARY VIEW item AS SELECT id, row_number() OVER (ORDER BY category, position) AS n FROM hz.checklist_item
 WHERE checklist_id = '01900000-0000-7000-8000-00000000e001';
CREATE FUNCTION pg_temp.answers(VARIADIC p_parts text[]) RETURNS jsonb	-- '1 fail <finding>'
LANGUAGE sql AS $$
	SELECT jsonb_build_object('answers', jsonb_agg(jsonb_strip_nulls(jsonb_build_object('item_id', i.id, 'answer', split_part(p, ' ', 2),
		'finding_id', nullif(split_part(p, ' ', 3), ''))) ORDER BY o.n))
	  FROM unnest(p_parts) WITH ORDINALITY o (p, n) JOIN item i ON i.n = split_part(p, ' ', 1)::int
$$;
SELECT is(pg_temp.act('r', 'ann', 'answers_put', pg_temp.answers('1 pass', '2 fail', '3 corrected_on_spot')) -> 'counts' -> 'fail', '1', 'answers are counted');
SELECT is(pg_temp.act('r', 'bob', 'answers_put', pg_temp.answers('4 not_applicable')) -> 'counts' ->> 'pass', '1', 'what is not named stays');
SELECT is(jsonb_array_length(pg_temp.act('r', 'bob', 'answers_put', pg_temp.answers('4 not_applicable')) -> 'answers'),
	(SELECT count(*)::int FROM item), 'every item is told');
SELECT is((SELECT count(*) FROM hz.inspection_act a JOIN made m ON m.id = a.inspection_id WHERE m.name = 'r' AND a.command = 'answers'), 2::bigint,
	'the same answers again are no act');
SELECT is(pg_temp.faults(pg_temp.no('r', 'ann', 'answers_put', pg_temp.answers('1 pass 00000000-0000-7000-8000-0000000000f1', '1 pass',
	'2 fail 00000000-0000-7000-8000-0000000000f9'))),
	'{"/answers/0/finding_id": "rule_violated", "/answers/1/item_id": "rule_violated", "/answers/2/finding_id": "unknown_reference"}', 'faults of answers');
SELECT is(pg_temp.faults(pg_temp.no('r', 'ann', 'submit', '{"conclusion": "有问题"}')),
	(SELECT jsonb_build_object('/answers/' || id, 'fail_without_finding') FROM item WHERE n = 2), 'a fail without its finding');
SELECT is(pg_temp.act('r', 'ann', 'answers_put', pg_temp.answers('2 fail 00000000-0000-7000-8000-0000000000f1')) -> 'counts' ->> 'fail', '1', 'tied');
SELECT is(pg_temp.no('r', 'ann', 'submit', '{"conclusion": "x", "ended_at": "2026-11-23T09:04:00+08:00"}') ->> 'code',
	'occurred_at_out_of_order', 'no end before the start');
SELECT is(pg_temp.act('r', 'ann', 'submit', '{"conclusion": "有问题", "ended_at": "2026-11-23T09:05:00+08:00"}') ->> 'state', 'awaiting_signature', 'submitted');
SELECT is(pg_temp.no('r', 'ann', 'answers_put', pg_temp.answers('1 fail')) -> 'allowed', '["signatures"]', 'answers are fixed by then');

-- Signatures of both sides, in either order.
SELECT is(pg_temp.no('r', 'home', 'sign', '{"party": "institution", "name": "张"}') ->> 'status', '403', 'signed on the office''s device');
SELECT is(pg_temp.act('r', 'ann', 'sign', '{"party": "institution", "name": "张"}') ->> 'state', 'awaiting_signature', 'one side');
SELECT is(pg_temp.act('r', 'ann', 'sign', '{"party": "witness", "name": "李"}') ->> 'state', 'awaiting_signature', 'a witness is no side');
SELECT is(pg_temp.act('r', 'chief', 'sign', '{"party": "inspector", "name": "ann"}') ->> 'state', 'recorded', 'both sides');
SELECT is(pg_temp.no('r', 'ann', 'sign', '{"party": "inspector", "name": "bob"}') -> 'allowed', '[]', 'nothing after that');
SELECT isnt(recorded_at, NULL, 'the time of the record is kept') FROM hz.inspection JOIN made USING (id) WHERE name = 'r';
SELECT is(array_agg(e.what || ':' || e.to_state ORDER BY e.id), ARRAY['created:planned', 'changed:planned', 'notices:planned', 'starts:in_progress',
	'answers:in_progress', 'answers:in_progress', 'answers:in_progress', 'submissions:awaiting_signature', 'signatures:awaiting_signature',
	'signatures:awaiting_signature', 'signatures:recorded'], 'each act has its event')
  FROM hz.event e JOIN made m ON m.id = e.resource_id WHERE m.name = 'r';

-- A refusal stands with reason and witness, and the inspectors sign all the same.
SELECT is(api.inspection_signed(k, '[{"party": "institution", "refused": true, "witness": "李"}]'), false, k || ': a refusal alone')
  FROM unnest(ARRAY['routine', 'special', 'case']) k;
SELECT is(api.inspection_signed('routine', '[{"party": "inspector"}, {"party": "institution", "refused": true, "witness": null}]'), false, 'nobody saw it');
SELECT is(api.inspection_signed('routine', '[{"party": "inspector"}, {"party": "institution", "refused": true, "witness": "李"}]'), true, 'witnessed in it');
SELECT is(api.inspection_signed('routine', '[{"party": "inspector"}, {"party": "institution", "refused": true, "witness": null}, {"party": "witness"}]'),
	true, 'witnessed beside it');
SELECT pg_temp.plan('s', 'chief', 'special', '{"inspectors": [{"actor_id": "00000000-0000-7000-8000-000000000002"}, {"name": "外请", "certificate_no": "9"}]}') \g /dev/null
SELECT is(pg_temp.visit('s', 'ann'), 'awaiting_signature', 'one inspector from elsewhere counts');
SELECT is(pg_temp.faults(pg_temp.no('s', 'ann', 'sign', '{"party": "institution", "name": "张", "refused": true}')), '{"/reason": "rule_violated"}', 'why?');
SELECT is(pg_temp.faults(pg_temp.no('s', 'ann', 'sign', '{"party": "inspector", "name": "ann", "refused": true, "reason": "x"}')),
	'{"/refused": "rule_violated"}', 'inspectors do not refuse');
SELECT is(pg_temp.act('s', 'ann', 'sign', '{"party": "inspector", "name": "ann"}') ->> 'state', 'awaiting_signature', 'inspector first');
SELECT is(pg_temp.act('s', 'ann', 'sign', '{"party": "institution", "name": "张", "refused": true, "reason": "不认可", "witness": "李"}') ->> 'state',
	'recorded', 'the refusal stands');

-- Other kinds: on whose signature, and by whom.
SELECT pg_temp.plan('self', 'home', 'self') \g /dev/null
SELECT is(pg_temp.no('self', 'ann', 'start') ->> 'status', '403', 'inspectors have no part in a self-inspection');
SELECT is(pg_temp.visit('self', 'home'), 'awaiting_signature', 'alone is enough there');
SELECT is(pg_temp.faults(pg_temp.no('self', 'home', 'sign', '{"party": "institution", "name": "张", "refused": true, "reason": "x"}')),
	'{"/refused": "rule_violated"}', 'nobody refuses the own record');
SELECT is(pg_temp.act('self', 'home', 'sign', '{"party": "inspector", "name": "员工"}') ->> 'state', 'awaiting_signature', 'who looked is not who answers for it');
SELECT is(pg_temp.act('self', 'home', 'sign', '{"party": "institution", "name": "张"}') ->> 'state', 'recorded', 'the own signature');
SELECT pg_temp.plan('patrol', 'street', 'patrol') \g /dev/null
SELECT is(pg_temp.visit('patrol', 'street'), 'awaiting_signature', 'a patrol');
SELECT is(pg_temp.act('patrol', 'street', 'sign', '{"party": "inspector", "name": "网格员"}') ->> 'state', 'recorded', 'the street''s signature');
SELECT set_config('app.clock', '2026-11-23T10:00:00+08:00', true) \g /dev/null
SELECT is(pg_temp.act('patrol', 'street', 'sign', '{"party": "institution", "name": "张"}') ->> 'state', 'recorded', 'countersigned later');
SELECT is(recorded_at, '2026-11-23T09:00:00+08:00', 'which changes nothing about the record') FROM hz.inspection JOIN made USING (id) WHERE name = 'patrol';
SELECT pg_temp.plan('sup', 'chief', 'supervision') \g /dev/null
SELECT is(pg_temp.no('sup', 'ann', 'start') ->> 'status', '403', 'a supervision is the chief''s');
SELECT is(pg_temp.visit('sup', 'chief'), 'awaiting_signature', 'a supervision');
SELECT is(pg_temp.act('sup', 'chief', 'sign', '{"party": "inspector", "name": "科长"}') ->> 'state', 'recorded', 'the chief''s signature');

-- Unannounced, cancelled, missed.
SELECT pg_temp.plan('quiet', 'chief', 'routine', '{"method": "unannounced", "planned_on": "2026-11-22"}') \g /dev/null
SELECT is(pg_temp.faults(pg_temp.no('quiet', 'chief', 'notice')), '{"": "rule_violated"}', 'no notice of an unannounced visit');
SELECT ok(api.inspection_missed(i), 'missed: yesterday''s plan') FROM hz.inspection i JOIN made USING (id) WHERE name = 'quiet';
SELECT set_config('app.clock', '2026-11-22T23:59:59.999+08:00', true) \g /dev/null
SELECT ok(NOT api.inspection_missed(i), 'not missed before 24:00 in Shanghai') FROM hz.inspection i JOIN made USING (id) WHERE name = 'quiet';
SELECT set_config('app.clock', '2026-11-23T00:00:00+08:00', true) \g /dev/null
SELECT ok(api.inspection_missed(i), 'missed from 24:00 on') FROM hz.inspection i JOIN made USING (id) WHERE name = 'quiet';
SELECT is(pg_temp.act('quiet', 'chief', 'cancel', '{"reason": "改期"}') ->> 'state', 'cancelled', 'called off');
SELECT is(pg_temp.no('quiet', 'chief', 'start') - 'status', '{"code": "invalid_state", "state": "cancelled", "allowed": []}', 'and that is the end');
SELECT is(pg_temp.refused('chief', format('api.inspection_patch(%L, 2, $1)', id), '{"note": "x"}') ->> 'status', '409', 'no change any more')
  FROM made WHERE name = 'quiet';
SELECT ok(NOT api.inspection_missed(i), 'nor is it missed') FROM hz.inspection i JOIN made USING (id) WHERE name = 'quiet';

SELECT * FROM finish();
ROLLBACK;
