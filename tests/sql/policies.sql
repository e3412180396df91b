-- Row-level security, the second lock: what each caller can see and write with plain SQL, whatever the commands above it do.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql

INSERT INTO hz.actor (id, district, kind, name) VALUES ('00000000-0000-7000-8000-000000000007', '500103', 'person', 'employee');
-- A third home in another district; one finding, visit, order and unit in each of three homes; a sensitive finding in the first.
INSERT INTO hz.institution (id, code, district, street, type, name) VALUES
	('00000000-0000-7000-8000-0000000000a3', 'TESTAAC', '500112', '500112002', 'funeral', '丙殡仪馆');
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description, found_at, state, last_act_at, created_by)
SELECT ('00000000-0000-7000-8000-0000000000f' || n)::uuid, i.district, i.id, i.type, i.street, c, 'general', 'inspection', 'x', now(), 'confirmed', now(), by::uuid
  FROM (VALUES (1, 'TESTAAA', 'fire', '00000000-0000-7000-8000-000000000002'), (2, 'TESTAAB', 'fire', '00000000-0000-7000-8000-000000000002'),
	       (3, 'TESTAAC', 'fire', '00000000-0000-7000-8000-000000000002'), (4, 'TESTAAA', 'psychological', '00000000-0000-7000-8000-000000000002'),
	       (5, 'TESTAAA', 'political', '00000000-0000-7000-8000-000000000005'), (6, 'TESTAAA', 'fire', '00000000-0000-7000-8000-000000000007')) v (n, code, c, by)
  JOIN hz.institution i USING (code);
INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, round, from_state, to_state, actor_id, role, occurred_at)
SELECT api.uuid_v7(), id, district, institution_id, 'create', 1, '-', 'confirmed', created_by, 'inspector', now() FROM hz.finding;
INSERT INTO hz.inspection (id, district, institution_id, institution_type, street, kind, state, noticed_at, created_by)
SELECT ('00000000-0000-7000-8000-0000000000b' || n)::uuid, i.district, i.id, i.type, i.street, k, s, t, '00000000-0000-7000-8000-000000000002'
  FROM (VALUES (1, 'TESTAAA', 'routine', 'planned', NULL::timestamptz), (2, 'TESTAAA', 'routine', 'planned', now()), (3, 'TESTAAA', 'self', 'planned', NULL),
	       (4, 'TESTAAA', 'special', 'recorded', NULL), (5, 'TESTAAC', 'routine', 'recorded', NULL)) v (n, code, k, s, t) JOIN hz.institution i USING (code);
INSERT INTO hz.org_unit (id, district, kind, name) VALUES (api.uuid_v7(), '500103', 'section', '甲科'), (api.uuid_v7(), '500112', 'section', '乙科');
INSERT INTO hz.rectification_order (id, district, institution_id, institution_type, street, number, issued_at, actor_id, created_by)
SELECT api.uuid_v7(), i.district, i.id, i.type, i.street, i.code, now(), '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000002'
  FROM hz.institution i WHERE i.code LIKE 'TESTAA_';

-- Sets the scope of a caller and lets p_sql count or list.
CREATE FUNCTION pg_temp.sees(p_role text, p_districts text, p_sql text, p_types text DEFAULT '', p_streets text DEFAULT '',
	p_institutions text DEFAULT '', p_actor text DEFAULT '00000000-0000-7000-8000-000000000002') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v text;
BEGIN
	PERFORM set_config('app.actor', p_actor, true), set_config('app.role', p_role, true), set_config('app.districts', p_districts, true),
		set_config('app.types', p_types, true), set_config('app.streets', p_streets, true),
		set_config('app.institutions', p_institutions, true), set_config('app.key', '', true),
		set_config('app.hidden', api.hidden_categories(p_role), true);
	SET LOCAL ROLE hz_api;
	EXECUTE p_sql INTO v;
	RESET ROLE;
	RETURN v;
END $$;
\set findings 'SELECT string_agg(right(id::text, 1), $$$$ ORDER BY id) FROM hz.finding'
\set visits 'SELECT string_agg(right(id::text, 1), $$$$ ORDER BY id) FROM hz.inspection'
\set homes 'SELECT string_agg(right(code, 1), $$$$ ORDER BY code) FROM hz.institution WHERE code LIKE $$TESTAA_$$'
\set home '00000000-0000-7000-8000-0000000000a1'

SELECT is(pg_temp.sees('inspector', '', :'findings'), NULL, 'no scope, nothing');
SELECT is(pg_temp.sees('inspector', '500103', :'findings'), '12456', 'the own district');
SELECT is(pg_temp.sees('inspector', '500112', :'findings'), '3', 'the other one');
SELECT is(pg_temp.sees('inspector', '500103,500112', :'findings'), '123456', 'both, for a city office');
SELECT is(pg_temp.sees('inspector', '500103,500112', :'findings', p_types => 'funeral'), '3', 'by type');
SELECT is(pg_temp.sees('inspector', '500103', :'findings', p_streets => '500103004'), '2', 'by street');
SELECT is(pg_temp.sees('institution', '500103', :'findings', p_institutions => :'home'), '1456', 'an institution: its own');
SELECT is(pg_temp.sees('institution', '500112', :'findings', p_institutions => :'home'), NULL, 'and only in its district');
SELECT is(pg_temp.sees('staff', '500103', :'findings', p_institutions => :'home', p_actor => '00000000-0000-7000-8000-000000000007'), '6', 'staff: what they reported');
SELECT is(pg_temp.sees('street', '500103', :'findings', p_streets => '500103001', p_actor => '00000000-0000-7000-8000-000000000005'), '156',
	'a street: not the sensitive ones, but what it reported itself');
SELECT is(pg_temp.sees('integration', '500103', :'findings', p_actor => '00000000-0000-7000-8000-000000000009'), '126', 'a connected system: no sensitive ones');
SELECT is(pg_temp.sees('auditor', '500103', :'findings'), '12456', 'an auditor: all');

SELECT is(pg_temp.sees('inspector', '500103', :'homes'), 'AB', 'institutions by district');
SELECT is(pg_temp.sees('institution', '500103', :'homes', p_institutions => :'home'), 'A', 'the own institution');
SELECT is(pg_temp.sees('inspector', '500103', :'visits'), '1234', 'visits by district');
SELECT is(pg_temp.sees('institution', '500103', :'visits', p_institutions => :'home'), '234', 'a visit is not known before it begins or is announced');
SELECT is(pg_temp.sees('inspector', '500103', 'SELECT string_agg(name, '''') FROM hz.org_unit'), '甲科', 'units by district');
SELECT is(pg_temp.sees('inspector', '500103', 'SELECT string_agg(number, '','' ORDER BY number) FROM hz.rectification_order'), 'TESTAAA,TESTAAB', 'orders by district');
SELECT is(pg_temp.sees('staff', '500103', 'SELECT count(*) FROM hz.rectification_order', p_institutions => :'home'), '0', 'staff see no orders');

-- Acts and events are seen with their finding.
SELECT is(pg_temp.sees('street', '500103', 'SELECT count(*) FROM hz.finding_act', p_streets => '500103001', p_actor => '00000000-0000-7000-8000-000000000005'), '3', 'acts');
SELECT is(pg_temp.sees('inspector', '500112', 'SELECT count(*) FROM hz.finding_act'), '1', 'acts by district');
SELECT is(pg_temp.sees('inspector', '500112', 'SELECT string_agg(DISTINCT resource, '','' ORDER BY resource) FROM hz.event'),
	'finding,inspection,institution,org_unit,rectification_order', 'events by district');
SELECT is(pg_temp.sees('integration', '500103', 'SELECT count(*) FROM hz.event WHERE category = ''psychological''', p_actor => '00000000-0000-7000-8000-000000000009'), '0',
	'no event of a sensitive finding');
SELECT is(pg_temp.sees('institution', '500103', 'SELECT string_agg(right(resource_id::text, 1), '''' ORDER BY resource_id) FROM hz.event WHERE resource = ''inspection''',
	p_institutions => :'home'), '234', 'nor of a visit that is not known yet');
SELECT is(pg_temp.sees('inspector', '500103', 'SELECT count(*) FROM hz.event WHERE resource = ''actor'''), '0', 'accounts are not for everyone');
SELECT cmp_ok(pg_temp.sees('auditor', '500103', 'SELECT count(*) FROM hz.event WHERE resource = ''actor''')::int, '>', 0, 'but for the auditor');

-- Writing outside the scope.
SELECT throws_ok($$SELECT pg_temp.sees('inspector', '500103', 'INSERT INTO hz.org_unit (id, district, kind, name) VALUES (api.uuid_v7(), ''500112'', ''section'', ''x'') RETURNING ''made''')$$,
	'42501', NULL, 'no unit in another district');
SELECT is(pg_temp.sees('inspector', '500103', 'WITH u AS (UPDATE hz.finding SET description = ''y'' WHERE id = ''00000000-0000-7000-8000-0000000000f3'' RETURNING 1) SELECT count(*) FROM u'),
	'0', 'no change of what is not seen');
SELECT throws_ok($$SELECT pg_temp.sees('inspector', '500103', 'INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, round, from_state, to_state, actor_id, role, occurred_at)
	VALUES (api.uuid_v7(), ''00000000-0000-7000-8000-0000000000f3'', ''500112'', ''00000000-0000-7000-8000-0000000000a3'', ''x'', 1, ''x'', ''x'', ''00000000-0000-7000-8000-000000000002'', ''x'', now()) RETURNING ''made''')$$,
	'42501', NULL, 'no act on what is not seen');
SELECT throws_ok($$SELECT pg_temp.sees('admin', '500103', 'DELETE FROM hz.finding RETURNING ''gone''')$$, '42501', NULL, 'and nobody deletes');

-- An institution that moves takes everything along, and each thing says by its version that it has changed.
UPDATE hz.institution SET street = '500103003', type = 'relief' WHERE code = 'TESTAAA';
SELECT is(array_agg(DISTINCT street || institution_type || version), '{500103003relief2}', 'findings follow') FROM hz.finding WHERE institution_id = :'home';
SELECT is(array_agg(DISTINCT street || institution_type || version), '{500103003relief2}', 'visits follow') FROM hz.inspection WHERE institution_id = :'home';

SELECT finish();
ROLLBACK;
