-- Keys the owner issues: their scope, what is kept of them, and clear words for a wrong call.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql

CREATE TEMPORARY TABLE issued ON COMMIT DROP AS
SELECT * FROM api.issue_key('institution', p_institutions => '{00000000-0000-7000-8000-0000000000a1}', p_name => '安全员');
SELECT matches((SELECT key FROM issued), '^hzk_[0-9a-hjkmnp-tv-z]{32}$', 'the text of a key');
SELECT is((SELECT k.districts || k.name || a.name FROM hz.api_key k JOIN hz.actor a ON a.id = k.actor_id, issued i WHERE k.id = i.key_id),
	'{500103,安全员,安全员}', 'the district follows from the institution, a new actor holds it');
SELECT is((SELECT k.key_hash FROM hz.api_key k, issued i WHERE k.id = i.key_id),
	(SELECT sha256(convert_to(key, 'UTF8')) FROM issued), 'only its digest is kept');
CREATE TEMPORARY TABLE second ON COMMIT DROP AS
SELECT n.* FROM issued i, LATERAL api.issue_key('inspector', '{500103}', p_actor => i.actor_id) n;
SELECT is((SELECT k.actor_id FROM hz.api_key k JOIN second n ON n.key_id = k.id), (SELECT actor_id FROM issued), 'a second key of the same person');
SELECT is((SELECT key FROM api.issue_key('auditor', '{500103}', p_secret_hash => sha256('x'))), NULL, 'who made the text keeps it');
SELECT isnt(api.key_text(), api.key_text(), 'no two alike');

SELECT throws_ok($$SELECT api.issue_key('king', '{500103}')$$, '22023', '没有这个角色 no such role: king');
SELECT throws_ok($$SELECT api.issue_key('inspector')$$, '22023', '请给出区县代码 name a district, e.g. DISTRICT=500103');
SELECT throws_ok($$SELECT api.issue_key('inspector', '{999999}')$$, '22023', '没有这个区划代码 no such region: 999999');
SELECT throws_ok($$SELECT api.issue_key('inspector', '{500103}', p_types => '{pub}')$$, '22023', '没有这个机构类型 no such institution type: pub');
SELECT throws_ok($$SELECT api.issue_key('staff', '{500103}')$$, '22023', '角色 staff 必须指明机构 this role needs INSTITUTION=uuid');
SELECT throws_ok($$SELECT api.issue_key('street', '{500103}')$$, '22023', '街道角色必须指明街道 this role needs STREET=500103001');
SELECT throws_ok($$SELECT api.issue_key('staff', p_institutions => '{00000000-0000-7000-8000-00000000dead}')$$, '22023',
	'没有这个机构 no such institution: 00000000-0000-7000-8000-00000000dead');
SELECT throws_ok($$SELECT api.issue_key('inspector', '{500103}', p_actor => '00000000-0000-7000-8000-00000000dead')$$, '22023',
	'没有这个人 no such actor: 00000000-0000-7000-8000-00000000dead');
SELECT is(has_function_privilege('hz_api', 'api.issue_key(text,text[],uuid[],text[],text[],text,uuid,bytea)', 'execute'), false,
	'the API cannot issue keys this way');

SELECT * FROM finish();
ROLLBACK;
