-- Institutions, units and keys by their commands.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql
INSERT INTO person VALUES ('admin', '00000000-0000-7000-8000-000000000020', 'admin', '', '');
INSERT INTO hz.actor (id, district, kind, name) VALUES ('00000000-0000-7000-8000-000000000020', '500103', 'person', 'admin');

-- Institutions.
CREATE FUNCTION pg_temp.home(p_more text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT '{"name": "丁养老院", "type": "elderly_care", "district": "500103", "street": "500103003"}'::jsonb || p_more::jsonb
$$;
CREATE TEMPORARY TABLE made AS SELECT pg_temp.call('chief', 'api.institution_create($1)', pg_temp.home(
	'{"longitude": 116.38404722455657, "latitude": 39.91334545536069, "coordinate_system": "gcj02", "permits": [{"kind": "食品经营", "expires_on": "2027-01-01"}]}')) AS i;
SELECT is(ARRAY[i ->> 'status', i ->> 'version', i ->> 'coordinate_system', i #>> '{permits,0,kind}'], '{operating,1,wgs84,食品经营}', 'registered') FROM made;
SELECT is(ARRAY[round((i ->> 'longitude')::numeric, 5), round((i ->> 'latitude')::numeric, 5)], ARRAY[116.37782, 39.91195], 'a position of a Chinese map is converted') FROM made;
SELECT is(pg_temp.faults(pg_temp.refused('chief', 'api.institution_create($1)', pg_temp.home(
	'{"street": "500112002", "subtype": "cemetery", "ownership": "x", "longitude": 1, "org_unit_id": "00000000-0000-7000-8000-0000000000ff", "residents": 1, "disabled_residents": 2}'))),
	'{"/latitude": "required", "/coordinate_system": "required", "/street": "unknown_reference", "/subtype": "unknown_reference", "/ownership": "unknown_reference",
	  "/org_unit_id": "unknown_reference", "/disabled_residents": "out_of_range"}', 'all faults at once');
SELECT is(pg_temp.refused('chief', 'api.institution_create($1)', pg_temp.home('{"district": "500112", "street": "500112002"}')) - 'status', '{"code": "out_of_scope"}', 'not in another district');
SELECT is(pg_temp.refused('street', 'api.institution_create($1)', pg_temp.home('{}')) ->> 'code', 'out_of_scope', 'nor in another street');

CREATE FUNCTION pg_temp.patch(p_name text, p_version int, p_body text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.call(p_name, format('api.institution_patch(%L, %s, $1)', '00000000-0000-7000-8000-0000000000a1', p_version), p_body::jsonb)
$$;
SELECT is(ARRAY[p ->> 'longitude', p ->> 'version', p ->> 'address'], '{106.5000000,2,甲路 1 号}', 'a position, nothing else')
  FROM pg_temp.patch('chief', 1, '{"longitude": 106.5, "latitude": 29.5, "coordinate_system": "wgs84"}') p;
SELECT is(ARRAY[p ->> 'longitude', p ->> 'latitude', p ->> 'address', p ->> 'coordinate_system'], '{NULL,NULL,NULL,NULL}', 'null erases')
  FROM pg_temp.patch('chief', 2, '{"longitude": null, "latitude": null, "address": null}') p;
SELECT is(pg_temp.faults(pg_temp.refused('chief', $$api.institution_patch('00000000-0000-7000-8000-0000000000a1', 3, $1)$$, '{"latitude": null}')), '{"/longitude": "required"}', 'not half a position');
SELECT is(pg_temp.patch('home', 3, '{"beds": 9, "principal_phone": "13800000000"}') ->> 'beds', '9', 'its own people keep its numbers');
SELECT is(pg_temp.faults(pg_temp.refused('home', $$api.institution_patch('00000000-0000-7000-8000-0000000000a1', 4, $1)$$, '{"beds": 9, "name": "x", "risk_grade": null}')),
	'{"/name": "forbidden", "/risk_grade": "forbidden"}', 'and nothing the office decides');
SELECT is(pg_temp.refused('home', $$api.institution_patch('00000000-0000-7000-8000-0000000000a2', 1, $1)$$, '{"beds": 9}') ->> 'status', '404', 'another''s is not there');

-- Units: a tree without circles, in one district.
CREATE FUNCTION pg_temp.unit(p_name text, p_parent uuid) RETURNS uuid LANGUAGE sql AS $$
	SELECT (pg_temp.call('admin', 'api.org_unit_create($1)', jsonb_build_object('district', '500103', 'kind', 'section', 'name', p_name, 'parent_id', p_parent)) ->> 'id')::uuid
$$;
CREATE TEMPORARY TABLE unit AS SELECT pg_temp.unit('局', NULL) AS top;
ALTER TABLE unit ADD below uuid;
UPDATE unit SET below = pg_temp.unit('科', top);
SELECT is(pg_temp.faults(pg_temp.refused('admin', format('api.org_unit_patch(%L, 1, $1)', top), jsonb_build_object('parent_id', below))), '{"/parent_id": "circle"}', 'not under what is under it') FROM unit;
SELECT is(pg_temp.faults(pg_temp.refused('admin', format('api.org_unit_patch(%L, 1, $1)', below), jsonb_build_object('parent_id', below))), '{"/parent_id": "circle"}', 'nor under itself') FROM unit;
SELECT is(pg_temp.call('admin', format('api.org_unit_patch(%L, 1, $1)', below), '{"parent_id": null, "name": "科室"}') ->> 'parent_id', NULL, 'out of the tree') FROM unit;
SELECT is(pg_temp.refused('admin', 'api.org_unit_create($1)', '{"district": "500112", "kind": "section", "name": "x"}') ->> 'code', 'out_of_scope', 'not in another district');

-- Keys.
CREATE FUNCTION pg_temp.key(p_more text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT '{"name": "k", "role": "inspector", "districts": ["500103"], "actor": {"kind": "person", "name": "新人"}}'::jsonb || p_more::jsonb
$$;
CREATE TEMPORARY TABLE issued AS SELECT pg_temp.call('admin', 'api.api_key_create($1, sha256(''new''))', pg_temp.key('{}')) AS k;
SELECT is(k - '{id,actor_id,created_at}'::text[], '{"name": "k", "actor_name": "新人", "role": "inspector", "districts": ["500103"], "types": [], "streets": [], "institutions": [],
	"state": "active", "expires_at": null, "revoked_at": null, "version": 1, "created_by": "00000000-0000-7000-8000-000000000020"}', 'issued, without its hash') FROM issued;
SELECT is(pg_temp.call('admin', 'api.api_key_create($1, sha256(''second''))', pg_temp.key('{}') - 'actor' || jsonb_build_object('actor_id', k -> 'actor_id')) ->> 'actor_id', k ->> 'actor_id',
	'a second key of the same person') FROM issued;
SELECT is(pg_temp.refused('admin', 'api.api_key_create($1, sha256(''x''))', pg_temp.key('{"districts": ["500103", "500112"]}')) ->> 'code', 'out_of_scope', 'not further than the maker');
SELECT is(pg_temp.faults(pg_temp.refused('admin', 'api.api_key_create($1, sha256(''x''))', v.body)), v.want::jsonb, v.why)
  FROM (VALUES (pg_temp.key('{"role": "street", "expires_at": "2026-11-23T09:00:00+08:00"}'), '{"/streets": "required", "/expires_at": "date_in_past"}', 'a street, and not for the past'),
	(pg_temp.key('{"role": "institution"}'), '{"/institutions": "required"}', 'an institution'),
	(pg_temp.key('{"streets": ["500112002"]}'), '{"/streets": "unknown_reference"}', 'a street of these districts'),
	(pg_temp.key('{"institutions": ["00000000-0000-7000-8000-0000000000ff"]}'), '{"/institutions": "unknown_reference"}', 'an institution that is there'),
	(pg_temp.key('{}') - 'actor', '{"/actor": "required"}', 'somebody'),
	(pg_temp.key('{"actor_id": "00000000-0000-7000-8000-000000000001"}'), '{"/actor": "required"}', 'but one only'),
	(pg_temp.key('{"actor_id": "00000000-0000-7000-8000-0000000000ff"}') - 'actor', '{"/actor_id": "unknown_reference"}', 'who is there')) v (body, want, why);
SELECT ok(api.scope_within('{a}'::text[], '{}'::text[]) AND api.scope_within('{a}'::text[], '{a,b}'::text[]), 'within');
SELECT ok(NOT api.scope_within('{}'::text[], '{a}'::text[]) AND NOT api.scope_within('{c}'::text[], '{a}'::text[]), 'an empty list is everything, and so not within');
SELECT is(pg_temp.call('admin', format('api.api_key_revoke(%L, $1)', k ->> 'id'), '{"note": "离职"}') ->> 'state', 'revoked', 'revoked') FROM issued;
SELECT is(pg_temp.refused('admin', format('api.api_key_revoke(%L, $1)', k ->> 'id'), '{}') - 'status', '{"code": "invalid_state", "state": "revoked", "allowed": []}', 'once') FROM issued;
SELECT is((SELECT reason FROM hz.event e WHERE e.resource_id = (k ->> 'id')::uuid AND what = 'revocations'), '离职', 'and recorded') FROM issued;
SELECT is(pg_temp.refused('ann', format('api.api_key_revoke(%L, $1)', k ->> 'id'), '{}') ->> 'status', '404', 'nobody else sees it') FROM issued;

SELECT finish();
ROLLBACK;
