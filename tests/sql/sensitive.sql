-- Sensitive categories: kept from streets and connected systems wherever they stand, and from every file that does not ask for them.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql
INSERT INTO person VALUES
	('system',  '00000000-0000-7000-8000-000000000008', 'integration', '', ''),
	('auditor', '00000000-0000-7000-8000-000000000009', 'auditor', '', '');
INSERT INTO hz.actor (id, district, kind, name) SELECT id, '500103', 'person', name FROM person WHERE name IN ('system', 'auditor');
\set home '00000000-0000-7000-8000-0000000000a1'

SELECT is(api.hidden_categories('street'), 'political,public_opinion,psychological', 'kept from streets');
SELECT is(ARRAY(SELECT DISTINCT api.hidden_categories(r) FROM unnest('{admin,leader,section_chief,inspector,institution,staff,handler,custodian,office,auditor}'::text[]) r),
	'{none}', 'and not from others');

-- Two visits with answers on an item of each kind, by ann and by the street; findings 1 (fire) and 2, 3 (psychological) of ann's; evidence on all.
INSERT INTO hz.inspection (id, district, institution_id, institution_type, street, kind, state, started_at, created_by, checklist_id)
SELECT ('00000000-0000-7000-8000-0000000000b' || n)::uuid, '500103', :'home', 'elderly_care', '500103001', k, 'in_progress', api.now(), by::uuid,
       (SELECT id FROM hz.checklist WHERE institution_type = 'elderly_care' ORDER BY version DESC LIMIT 1)
  FROM (VALUES (1, 'routine', '00000000-0000-7000-8000-000000000002'), (2, 'patrol', '00000000-0000-7000-8000-000000000005')) v (n, k, by);
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, inspection_id, category, severity, source_kind, description, found_at, state, last_act_at, created_by)
SELECT ('00000000-0000-7000-8000-0000000000f' || n)::uuid, '500103', :'home', 'elderly_care', '500103001', '00000000-0000-7000-8000-0000000000b1', c, 'general', 'inspection',
       'x', api.now(), 'confirmed', api.now(), '00000000-0000-7000-8000-000000000002'
  FROM (VALUES (1, 'fire'), (2, 'psychological'), (3, 'psychological')) v (n, c);
INSERT INTO hz.inspection_answer (inspection_id, item_id, district, answer, note, finding_id)
SELECT i.id, t.id, '500103', 'fail', t.category, CASE i.kind WHEN 'routine' THEN CASE t.category WHEN 'fire' THEN '00000000-0000-7000-8000-0000000000f1'::uuid
		ELSE '00000000-0000-7000-8000-0000000000f2' END END
  FROM hz.inspection i CROSS JOIN LATERAL (SELECT DISTINCT ON (category) * FROM hz.checklist_item
	WHERE checklist_id = i.checklist_id AND category IN ('fire', 'psychological') ORDER BY category, position) t
 WHERE i.institution_id = :'home';
INSERT INTO hz.attachment_link (id, district, sha256, state, resource, resource_id, inspection_id, institution_id, created_by, created_at)
SELECT api.uuid_v7(), '500103', sha256('x'), 'awaited', 'inspection_answer', w.item_id, w.inspection_id, :'home', '00000000-0000-7000-8000-000000000002', api.now()
  FROM hz.inspection_answer w;

-- {what of: what is seen}, as one row.
\set seen '(SELECT jsonb_build_object(''findings'', (SELECT count(*) FROM hz.finding), ''answers'', (SELECT string_agg(left(i.kind, 1) || left(w.note, 1), '','' ORDER BY i.kind, w.note) FROM hz.inspection_answer w JOIN hz.inspection i ON i.id = w.inspection_id), ''photos'', (SELECT count(*) FROM hz.attachment_link), ''orders'', (SELECT string_agg(right(number, 3), '','' ORDER BY number) FROM hz.rectification_order), ''services'', (SELECT count(*) FROM hz.order_service), ''events'', (SELECT count(*) FROM hz.event WHERE resource IN (''finding'', ''rectification_order''))) AS body)'

-- Orders: on the sensitive one; on both kinds; on the ordinary one.
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description, found_at, state, last_act_at, created_by)
SELECT '00000000-0000-7000-8000-0000000000f4', district, institution_id, institution_type, street, 'service', severity, source_kind, description, found_at, state, last_act_at, created_by
  FROM hz.finding WHERE id = '00000000-0000-7000-8000-0000000000f1';
CREATE FUNCTION pg_temp.order_on(VARIADIC p_findings text[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.call('ann', 'api.order_create($1)', jsonb_build_object('institution_id', '00000000-0000-7000-8000-0000000000a1', 'items',
		(SELECT jsonb_agg(jsonb_build_object('finding_id', '00000000-0000-7000-8000-0000000000' || f, 'days', 3)) FROM unnest(p_findings) f)))
$$;
CREATE TEMPORARY TABLE made AS SELECT pg_temp.order_on('f2') AS sensitive, pg_temp.order_on('f3', 'f4') AS mixed, pg_temp.order_on('f1') AS plain;
SELECT is(array_agg(category ORDER BY number), '{psychological,service,fire}', 'an order is read by an ordinary category where it has one') FROM hz.rectification_order;
SELECT pg_temp.call('ann', format('api.order_service_create(%L, $1)', sensitive ->> 'id')) FROM made \g /dev/null

SELECT is(pg_temp.call('ann', :'seen') - 'events', '{"findings": 4, "answers": "pf,pp,rf,rp", "photos": 4, "orders": "1 号,2 号,3 号", "services": 1}',
	'an inspector sees all');
SELECT is(pg_temp.call('street', :'seen') - 'events', '{"findings": 2, "answers": "pf,pp,rf", "photos": 3, "orders": "2 号,3 号", "services": 0}',
	'a street sees nothing sensitive but what patrols wrote');
SELECT is(pg_temp.call('system', :'seen') - 'events', '{"findings": 2, "answers": "pf,rf", "photos": 2, "orders": "2 号,3 号", "services": 0}',
	'a connected system nothing at all');
SELECT is(jsonb_array_length(pg_temp.call('street', format('(SELECT api.order_json(o) AS body FROM hz.rectification_order o WHERE id = %L)', mixed ->> 'id')) -> 'items'), 1,
	'an order of both kinds shows its ordinary items') FROM made;
SELECT is(pg_temp.call('street', '(SELECT api.inspection_answers_json(i) AS body FROM hz.inspection i WHERE kind = ''routine'')') #>> '{counts,fail}', '1',
	'answers in sensitive categories are not counted either');
SELECT is(pg_temp.call('street', '(SELECT to_json(array_agg(DISTINCT e ->> ''category'')) AS body FROM hz.inspection i, json_array_elements(api.inspection_answers_json(i) -> ''answers'') e
	WHERE kind = ''routine'')') ?| '{political,public_opinion,psychological}', false, 'nor shown as not checked');
SELECT is(jsonb_array_length(pg_temp.call('street', '(SELECT to_json(array_agg(DISTINCT e ->> ''category'')) AS body FROM hz.inspection i, json_array_elements(api.inspection_answers_json(i) -> ''answers'') e
	WHERE kind = ''patrol'')')), 10, 'a patrol has all ten categories');

-- Events follow the thing as it is now, not only as it was when they were written.
CREATE TEMPORARY TABLE events AS SELECT (pg_temp.call('system', :'seen') ->> 'events')::int AS n;
SELECT set_config('app.actor', '00000000-0000-7000-8000-000000000002', true) \g /dev/null
UPDATE hz.finding SET category = 'psychological', version = version + 1 WHERE id = '00000000-0000-7000-8000-0000000000f4';
SELECT cmp_ok((pg_temp.call('system', :'seen') ->> 'events')::int, '<', n, 'what has become sensitive takes its events along') FROM events;
SELECT set_config('app.actor', '00000000-0000-7000-8000-000000000002', true) \g /dev/null
UPDATE hz.finding SET category = 'service', version = version + 1 WHERE id = '00000000-0000-7000-8000-0000000000f4';
SELECT is((pg_temp.call('system', :'seen') ->> 'events')::int, n + 1, 'and what was written while it was stays hidden') FROM events;

-- A session that does not say what is hidden sees too little.
SELECT is(set_config('app.hidden', '', true), '', 'not said');
SELECT set_config('app.role', 'inspector', true) \g /dev/null
SET LOCAL ROLE hz_api;
SELECT is((SELECT count(*) FROM hz.finding), 0::bigint, 'nothing, then');
RESET ROLE;

-- Files.
CREATE FUNCTION pg_temp.file(p_name text, p_include boolean, p_operation text DEFAULT NULL) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	v jsonb;
BEGIN
	PERFORM pg_temp.call(p_name, '(SELECT 1)');
	PERFORM set_config('app.wide', 'yes', true), set_config('app.export', '', true), set_config('app.key', '', true);
	SET LOCAL ROLE hz_api;
	v := jsonb_build_object('omitted', api.export_begin(p_include, p_operation, '/v1/findings', 'a=b'), 'findings', (SELECT count(*) FROM hz.finding),
		'orders', (SELECT count(*) FROM hz.rectification_order), 'answers', (SELECT count(*) FROM hz.inspection_answer));
	RESET ROLE;
	PERFORM set_config('app.wide', '', true), set_config('app.export', '', true);
	RETURN v;
END $$;
SELECT is(pg_temp.file('ann', false), '{"omitted": "political, public_opinion, psychological", "findings": 2, "orders": 2, "answers": 2}', 'left out, even for a wide key');
SELECT is(pg_temp.file('ann', true), '{"omitted": "", "findings": 4, "orders": 3, "answers": 4}', 'asked for');
SELECT is((SELECT count(*) FROM hz.event WHERE resource = 'export'), 0::bigint, 'a further page is not put on record again');
SELECT throws_ok(format('SELECT pg_temp.file(%L, true)', name), 'HZ403', 'sensitive_export_forbidden', name) FROM person WHERE role IN ('street', 'institution', 'integration');
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description, found_at, state, last_act_at, created_by)
SELECT '00000000-0000-7000-8000-0000000000f5', district, institution_id, institution_type, street, 'political', severity, 'street', description, found_at, 'reported', last_act_at,
       '00000000-0000-7000-8000-000000000005' FROM hz.finding WHERE id = '00000000-0000-7000-8000-0000000000f1';
SELECT is(pg_temp.call('street', :'seen') ->> 'findings', '3', 'what a street has reported itself it reads');
SELECT is(pg_temp.file('street', false) ->> 'findings', '2', 'and takes no file of it');
SELECT is(pg_temp.file('ann', true, 'findings_list') ->> 'findings', '5', 'a whole file');
SELECT is(ARRAY[what, actor_id::text, district, payload ->> 'operation', payload ->> 'path', payload ->> 'query', payload ->> 'role'],
	'{exported,00000000-0000-7000-8000-000000000002,500103,findings_list,/v1/findings,a=b,inspector}', 'is put on record') FROM hz.event WHERE resource = 'export';
SELECT is(e.digest, sha256(e.salt || convert_to(api.event_text(e), 'UTF8')), 'with its digest') FROM hz.event e WHERE resource = 'export';
SELECT is(pg_temp.call('ann', '(SELECT to_json(count(*)) AS body FROM hz.event WHERE resource = ''export'')'), '0', 'which others do not see');
SELECT is(pg_temp.call('auditor', '(SELECT to_json(count(*)) AS body FROM hz.event WHERE resource = ''export'')'), '1', 'and the auditor does');

SELECT finish();
ROLLBACK;
