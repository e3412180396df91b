-- Every change is an event, in the same transaction, with a digest that can be checked; positions come in id order, and never to
-- what may still be overtaken.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql
CREATE FUNCTION pg_temp.make() RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.call('home', 'api.finding_create($1)', '{"institution_id": "00000000-0000-7000-8000-0000000000a1", "category": "fire", "severity": "general", "description": "锁着的门",
		"found_at": "2026-11-22T08:00:00+08:00"}') ->> 'id'
$$;
CREATE TEMPORARY TABLE made AS SELECT pg_temp.make() AS id, NULL::bigint AS n;
UPDATE made SET n = (SELECT max(e.id) FROM hz.event e);

SELECT is(row_to_json(e)::jsonb - '{id,xid,salt,digest,payload,resource_id,recorded_at}'::text[],
	'{"what": "created", "resource": "finding", "position": null, "occurred_at": "2026-11-22T00:00:00+00:00", "actor_id": "00000000-0000-7000-8000-000000000006",
	  "district": "500103", "street": "500103001", "institution_id": "00000000-0000-7000-8000-0000000000a1", "institution_type": "elderly_care", "category": "fire",
	  "from_state": null, "to_state": "reported", "reason": null}'::jsonb || jsonb_build_object('occurred_at', row_to_json(e) -> 'occurred_at'), 'who, when, what, where') FROM hz.event e, made WHERE e.id = made.n;
SELECT is(e.occurred_at, '2026-11-22T00:00:00Z'::timestamptz, 'when it happened') FROM hz.event e, made WHERE e.id = made.n;
SELECT is(e.recorded_at, api.now(), 'when it was recorded') FROM hz.event e, made WHERE e.id = made.n;
SELECT is(e.payload -> 'changed' ->> 'description', '锁着的门', 'what it held') FROM hz.event e, made WHERE e.id = made.n;

-- An act: named by its command, with its reason; then a change of words with old and new.
SELECT pg_temp.call('chief', format('api.finding_act(%L, ''confirmations'', $1)', id), '{"note": "属实", "occurred_at": "2026-11-23T08:30:00+08:00"}') FROM made \g /dev/null
SELECT is(ARRAY[e.what, e.from_state, e.to_state, e.reason, api.ts(e.occurred_at), e.payload ->> 'round'], '{confirmations,reported,confirmed,属实,2026-11-23T08:30:00.000+08:00,1}', 'a step')
  FROM hz.event e WHERE e.id = (SELECT max(id) FROM hz.event);
SELECT pg_temp.call('chief', format('api.finding_patch(%L, 2, $1)', id), '{"description": "上锁的门", "location": "三楼"}') FROM made \g /dev/null
SELECT is(ARRAY[e.what, e.payload::text], ARRAY['changed', '{"changed": {"location": [null, "三楼"], "description": ["锁着的门", "上锁的门"]}}'], 'a change, old and new; the step before does not stick to it')
  FROM hz.event e WHERE e.id = (SELECT max(id) FROM hz.event);
SELECT is(count(*), 3::bigint, 'three events of three changes') FROM hz.event e, made WHERE e.resource_id = made.id::uuid;
UPDATE hz.finding SET version = version + 1, updated_at = now() FROM made WHERE finding.id = made.id::uuid;
SELECT is(count(*), 3::bigint, 'what changes nothing is none') FROM hz.event e, made WHERE e.resource_id = made.id::uuid;

-- A key's hash is in no event.
INSERT INTO hz.api_key (id, actor_id, key_hash, name, role, districts)
VALUES ('00000000-0000-7000-8000-0000000000d1', '00000000-0000-7000-8000-000000000001', sha256('x'), 'k', 'admin', '{500103}');
SELECT is(e.payload -> 'changed' ?| '{key_hash,hash}', false, 'no hash') FROM hz.event e WHERE e.resource_id = '00000000-0000-7000-8000-0000000000d1';
SELECT is(e.district, '500103', 'in the first of its districts') FROM hz.event e WHERE e.resource_id = '00000000-0000-7000-8000-0000000000d1';

-- The digest: of salt and text, and of nothing less.
SELECT ok(bool_and(digest = sha256(salt || convert_to(api.event_text(e), 'UTF8'))), 'digests hold') FROM hz.event e WHERE e.xid = pg_current_xact_id();
UPDATE hz.event SET reason = '不属实' WHERE reason = '属实';
SELECT is(count(*) FILTER (WHERE digest <> sha256(salt || convert_to(api.event_text(e), 'UTF8'))), 1::bigint, 'and break when a word is changed') FROM hz.event e WHERE e.xid = pg_current_xact_id();
SELECT is(count(DISTINCT salt), count(*), 'no two salts alike') FROM hz.event;

-- Positions. This transaction is still running: none of its events may have one.
SELECT is(api.job_sequence_events(1000), 0, 'nothing while its transaction runs');
UPDATE hz.event SET xid = '3' WHERE id >= (SELECT n FROM made);
CREATE TEMPORARY TABLE head AS SELECT position FROM hz.event_head;
SELECT is(api.job_sequence_events(2), 2, 'a batch');
SELECT is(api.job_sequence_events(1000), (SELECT count(*)::int - 2 FROM hz.event WHERE xid = '3'), 'the rest');
SELECT is(api.job_sequence_events(1000), 0, 'once');
SELECT is(ARRAY(SELECT event.position - head.position FROM hz.event, head WHERE xid = '3' ORDER BY id),
	ARRAY(SELECT generate_series(1, count(*)) FROM hz.event WHERE xid = '3'), 'in id order, without a gap');
SELECT is((SELECT position FROM hz.event_head), (SELECT max(position) FROM hz.event), 'the head knows the last');

-- What was first reported from elsewhere shows its reporter to handlers alone.
CREATE TEMPORARY TABLE lead AS SELECT pg_temp.call('chief', 'api.finding_create($1)',
	'{"institution_id": "00000000-0000-7000-8000-0000000000a1", "category": "fire", "severity": "general", "description": "线索"}') ->> 'id' AS id;
SELECT is(pg_temp.call('ann', format('(SELECT to_jsonb(count(actor_id)) AS body FROM api.event_shown WHERE resource_id = %L)', id)), '0', 'not to an inspector') FROM lead;
SELECT is(pg_temp.call('chief', format('(SELECT to_jsonb(count(actor_id)) AS body FROM api.event_shown WHERE resource_id = %L)', id)), '1', 'to the one who did it') FROM lead;

-- Old answers go after two days.
INSERT INTO hz.idempotency (actor_id, key_hash, request_hash, created_at)
SELECT '00000000-0000-7000-8000-000000000001', sha256(a::bytea), '', now() - a::interval FROM unnest('{47 hours 59 minutes,48 hours 1 minute}'::text[]) a;
SELECT is(api.job_expire_answers(), 1, 'the one past 48 hours');
SELECT is(count(*), 1::bigint, 'the other stays') FROM hz.idempotency;

SELECT finish();
ROLLBACK;
