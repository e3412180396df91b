-- db/queries/auth.sql, run as the API's own role: who gets in, with what scope, and who does not.
BEGIN;
SELECT no_plan();
GRANT hz_api TO CURRENT_USER;
\set auth `cat db/queries/auth.sql`
PREPARE auth (bytea, text[]) AS :auth;

INSERT INTO hz.actor (id, district, kind, name) VALUES
	('00000000-0000-7000-8000-000000000001', '500103', 'person', '甲'), ('00000000-0000-7000-8000-000000000002', '500103', 'person', '乙');
UPDATE hz.actor SET disabled_at = now() WHERE id = '00000000-0000-7000-8000-000000000002';
INSERT INTO hz.api_key (id, actor_id, key_hash, name, role, districts, types, streets, institutions, expires_at, revoked_at)
SELECT ('00000000-0000-7000-8000-00000000001' || n)::uuid, a::uuid, sha256(k::bytea), k, 'inspector', '{500103,500112}', t::text[], '{}', '{}', e, r
  FROM (VALUES (1, 'good', '00000000-0000-7000-8000-000000000001', '{elderly_care,relief}', now() + interval '1 day', NULL::timestamptz),
	       (2, 'late', '00000000-0000-7000-8000-000000000001', '{}', now(), NULL),
	       (3, 'revoked', '00000000-0000-7000-8000-000000000001', '{}', NULL, now()),
	       (4, 'disabled', '00000000-0000-7000-8000-000000000002', '{}', NULL, NULL)) v (n, k, a, t, e, r);
SET LOCAL ROLE hz_api;

SELECT is((SELECT count(*) FROM hz.api_key), 0::bigint, 'before auth no key is to be seen');
SELECT throws_ok($$EXECUTE auth(sha256('nobody'), '{inspector}')$$, 'HZ401', 'unauthorized', 'unknown');
SELECT throws_ok($$EXECUTE auth(sha256('late'), '{inspector}')$$, 'HZ401', 'unauthorized', 'expired this moment');
SELECT throws_ok($$EXECUTE auth(sha256('revoked'), '{inspector}')$$, 'HZ401', 'unauthorized', 'revoked');
SELECT throws_ok($$EXECUTE auth(sha256('disabled'), '{inspector}')$$, 'HZ401', 'unauthorized', 'its actor disabled');
SELECT throws_ok($$EXECUTE auth(sha256('revoked'), '{admin}')$$, 'HZ401', 'unauthorized', 'a dead key learns nothing of roles');
SELECT throws_ok($$EXECUTE auth(sha256('good'), '{admin,leader}')$$, 'HZ403', 'forbidden', 'the wrong role');
SELECT is(coalesce(current_setting('app.actor', true), ''), '', 'nothing was set by any of them');

EXECUTE auth(sha256('good'), '{admin,inspector}') \g /dev/null
SELECT is(ARRAY[current_setting('app.actor'), current_setting('app.role'), current_setting('app.districts'), current_setting('app.types'),
	current_setting('app.streets'), current_setting('app.institutions'), current_setting('app.key')],
	'{00000000-0000-7000-8000-000000000001,inspector,"500103,500112","elderly_care,relief","","",00000000-0000-7000-8000-000000000011}',
	'actor, role and scope of the key');
SELECT is((SELECT array_agg(name) FROM hz.api_key), '{good}', 'and now the own key can be read');
RESET ROLE;

-- "Wide" lets the policies skip what is narrower than a district: never for a key or a role with something narrower.
CREATE FUNCTION pg_temp.wide(p_role text, p_types text, p_streets text, p_institutions text) RETURNS void LANGUAGE sql AS $$
	UPDATE hz.api_key SET role = p_role, types = p_types::text[], streets = p_streets::text[], institutions = p_institutions::uuid[] WHERE name = 'good'
$$;
SELECT is(current_setting('app.wide'), 'no', 'a key with types');
SELECT pg_temp.wide('inspector', '{}', '{}', '{}') \g /dev/null
EXECUTE auth(sha256('good'), '{inspector}') \g /dev/null
SELECT is(current_setting('app.wide'), 'yes', 'an inspector of whole districts');
SELECT pg_temp.wide('inspector', '{}', '{500103001}', '{}') \g /dev/null
EXECUTE auth(sha256('good'), '{inspector}') \g /dev/null
SELECT is(current_setting('app.wide'), 'no', 'one of a street');
SELECT pg_temp.wide('inspector', '{}', '{}', '{00000000-0000-7000-8000-0000000000a1}') \g /dev/null
EXECUTE auth(sha256('good'), '{inspector}') \g /dev/null
SELECT is(current_setting('app.wide'), 'no', 'one of an institution');
SELECT pg_temp.wide('integration', '{}', '{}', '{}') \g /dev/null
EXECUTE auth(sha256('good'), '{integration}') \g /dev/null
SELECT is(current_setting('app.wide'), 'no', 'a connected system: sensitive findings are kept from it');

SELECT finish();
ROLLBACK;
