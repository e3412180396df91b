-- Reports: how they come in, who sees them, how their clocks run, what goes by itself.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql

ALTER TABLE person ADD district text NOT NULL DEFAULT '500103';
INSERT INTO person (name, id, role, institutions, streets, district) VALUES
	('周一鸣', '00000000-0000-7000-8000-000000000031', 'handler', '', '', '500103'),
	('吴双', '00000000-0000-7000-8000-000000000032', 'handler', '', '', '500103'),
	('郑三', '00000000-0000-7000-8000-000000000033', 'handler', '', '', '500112'),
	('leader', '00000000-0000-7000-8000-000000000034', 'leader', '', '', '500103'),
	('custodian', '00000000-0000-7000-8000-000000000035', 'custodian', '', '', '500103'),
	('auditor', '00000000-0000-7000-8000-000000000036', 'auditor', '', '', '500103'),
	('office', '00000000-0000-7000-8000-000000000037', 'office', '', '', '500103'),
	('admin', '00000000-0000-7000-8000-000000000038', 'admin', '', '', '500103'),
	('staff', '00000000-0000-7000-8000-000000000039', 'staff', '00000000-0000-7000-8000-0000000000a1', '', '500103'),
	('integration', '00000000-0000-7000-8000-00000000003a', 'integration', '', '', '500103'),
	('孙安', '00000000-0000-7000-8000-00000000003b', 'institution', '00000000-0000-7000-8000-0000000000a1', '', '500103'),
	('others', '00000000-0000-7000-8000-00000000003c', 'institution', '00000000-0000-7000-8000-0000000000a2', '', '500103');
INSERT INTO hz.actor (id, district, kind, name) SELECT id, district, 'person', name FROM person WHERE id > '00000000-0000-7000-8000-00000000002f';
INSERT INTO hz.api_key (id, actor_id, key_hash, name, role, districts, streets, institutions)
SELECT gen_random_uuid(), id, sha256(name::bytea), name, role, ARRAY[district], string_to_array(streets, ','), string_to_array(institutions, ',')::uuid[]
  FROM person;

CREATE FUNCTION pg_temp.session(p_name text) RETURNS void LANGUAGE sql AS $$
	SELECT set_config('app.actor', coalesce(id, '00000000-0000-0000-0000-000000000000')::text, true), set_config('app.role', coalesce(role, p_name), true),
		set_config('app.districts', coalesce(district, ''), true), set_config('app.types', '', true), set_config('app.streets', coalesce(streets, ''), true),
		set_config('app.institutions', coalesce(institutions, ''), true), set_config('app.hidden', api.hidden_categories(role), true),
		set_config('app.wide', CASE WHEN role IN ('street', 'institution', 'staff', 'integration') THEN 'no' ELSE 'yes' END, true)
	  FROM (VALUES (1)) one LEFT JOIN person ON name = p_name
$$;

-- Calls as anybody of the scene, or as nobody.
CREATE FUNCTION pg_temp.as(p_name text, p_sql text, p_body jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	v jsonb;
BEGIN
	PERFORM pg_temp.session(p_name);
	SET LOCAL ROLE hz_api;
	EXECUTE 'SELECT to_jsonb(r) FROM ' || p_sql || ' r' INTO v USING p_body;
	RESET ROLE;
	RETURN v;
END $$;
CREATE FUNCTION pg_temp.not_as(p_name text, p_sql text, p_body jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	v_detail text;
	v_state text;
BEGIN
	PERFORM pg_temp.as(p_name, p_sql, p_body);
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_detail = PG_EXCEPTION_DETAIL;
	IF v_state NOT LIKE 'HZ%' THEN
		RAISE;
	END IF;
	RETURN v_detail::jsonb || jsonb_build_object('status', right(v_state, 3));
END $$;

-- ---- how they come in
CREATE SEQUENCE pg_temp.receipts;
CREATE FUNCTION pg_temp.take(p_name text, p_more text DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.as(p_name, format('api.report_take($1, sha256(%L::bytea))', 'receipt ' || nextval('pg_temp.receipts')),
		'{"mode": "anonymous", "subject_kind": "violation", "description": "夜间无人值班", "institution_id": "00000000-0000-7000-8000-0000000000a1"}'::jsonb || p_more::jsonb)
$$;
-- the report taken in last
CREATE FUNCTION pg_temp.last() RETURNS hz.report LANGUAGE sql AS $$
	SELECT r FROM hz.report r WHERE receipt_hash = sha256(('receipt ' || (SELECT last_value FROM pg_temp.receipts))::bytea)
$$;

INSERT INTO hz.custodian_key (district, public_key) VALUES ('500103', repeat('ab', 32));
CREATE TEMPORARY TABLE known AS SELECT pg_temp.take('nobody') AS answer;
SELECT is(ARRAY[answer ->> 'status', answer #>> '{body,state}', answer ->> 'location', answer ->> 'version'], '{201,received,NULL,NULL}', 'nobody reports') FROM known;
SELECT is(ARRAY(SELECT jsonb_object_keys(answer -> 'body') ORDER BY 1), '{next_steps,readers,state}', 'and is told nothing that leads back') FROM known;
SELECT is((pg_temp.last()).district || (pg_temp.last()).street || (pg_temp.last()).institution_type, '500103500103001elderly_care', 'it belongs to its institution');
CREATE TEMPORARY TABLE unknown AS SELECT pg_temp.take('nobody', '{"institution_id": "00000000-0000-4000-8000-0000000000ff", "institution_name": "没有这家"}') AS answer;
SELECT is(u.answer, k.answer, 'an institution nobody knows gives the same answer') FROM known k, unknown u;
SELECT is(ARRAY[(pg_temp.last()).institution_id::text, (pg_temp.last()).institution_name, (pg_temp.last()).district], '{NULL,没有这家,500103}', 'and is kept as a name, in the district of the key');
SELECT is(pg_temp.take('nobody', '{"audience": "institution"}') -> 'body', pg_temp.take('nobody', '{"audience": "institution", "institution_id": "00000000-0000-4000-8000-0000000000ff"}') -> 'body',
	'nor does the audience tell');
SELECT is((pg_temp.last()).audience, 'bureau', 'what no institution would read the bureau has');
SELECT is(date_trunc('hour', received_at), received_at, 'times are hours') FROM (SELECT (pg_temp.last()).received_at) t;
SELECT is(pg_temp.faults(pg_temp.not_as('nobody', 'api.report_take($1, NULL)', v.body::jsonb)), v.want::jsonb, v.why)
  FROM (VALUES
	('{"mode": "anonymous", "subject_kind": "other", "description": "x", "identity": "box"}', '{"/identity": "not_expected", "/district": "required"}', 'anonymous is anonymous'),
	('{"mode": "named", "subject_kind": "other", "description": "x", "district": "500100"}', '{"/identity": "required", "/district": "unknown_reference"}', 'named has a name'),
	('{"mode": "anonymous", "subject_kind": "other", "description": "x", "district": "500103", "audience": "institution", "occurred_at": "2027-01-01T00:00:00Z"}',
	 '{"/institution_id": "required", "/occurred_at": "occurred_at_in_future"}', 'which institution, and when'),
	('{"mode": "anonymous", "subject_kind": "other", "description": "x", "district": "500103", "channel": "12345", "external_number": "1", "received_on": "2026-11-01", "external_deadline": "2026-12-01"}',
	 '{"/channel": "not_expected", "/external_number": "not_expected", "/received_on": "not_expected", "/external_deadline": "not_expected"}', 'what staff fill in')) v (body, want, why);
-- one default key or none: whether there is such an institution is not to be seen from it
SELECT is(pg_temp.as('nobody', 'api.report_admit($1)', b.body::jsonb), to_jsonb(repeat('ab', 32)), 'sealed to the district''s key')
  FROM (VALUES ('{"mode": "named", "identity": true, "institution_id": "00000000-0000-7000-8000-0000000000a1"}'), ('{"mode": "named", "identity": true, "institution_id": "00000000-0000-4000-8000-0000000000ff"}'),
	('{"mode": "named", "identity": true, "district": "500112"}')) b (body);
INSERT INTO hz.report_rule (key, edition, value, title, effective_from) VALUES ('default_district', '1', 500112, 'x', '2020-01-01');
SELECT is(pg_temp.as('nobody', 'api.report_admit($1)', b.body::jsonb), NULL, 'no key in the default district: none, whether there is such an institution or not')
  FROM (VALUES ('{"mode": "named", "identity": true, "institution_id": "00000000-0000-7000-8000-0000000000a1"}'), ('{"mode": "named", "identity": true, "institution_id": "00000000-0000-4000-8000-0000000000ff"}')) b (body);
DELETE FROM hz.report_rule WHERE key = 'default_district';

-- staff
SELECT is(pg_temp.take('周一鸣', '{"channel": "12345", "external_number": "T1"}') #>> '{body,id}', (pg_temp.last()).id::text, 'staff are told the id');
SELECT throws_ok($$SELECT pg_temp.take('integration', '{"channel": "12345", "external_number": "T1"}')$$, '23505', NULL, 'a number is taken once');
UPDATE hz.report SET state = 'returned' WHERE external_number = 'T1';
SELECT is(pg_temp.take('integration', '{"channel": "12345", "external_number": "T1"}') ->> 'status', '201', 'and again when it was sent back');
SELECT is(pg_temp.faults(pg_temp.not_as(v.name, 'api.report_take($1, NULL)', '{"mode": "anonymous", "subject_kind": "other", "description": "x", "district": "500103"}'::jsonb || v.more::jsonb)), v.want::jsonb, v.why)
  FROM (VALUES ('周一鸣', '{}', '{"/channel": "required"}', 'a channel'), ('周一鸣', '{"channel": "web"}', '{"/channel": "not_expected"}', 'which is not the web'),
	('integration', '{"channel": "letter"}', '{"/channel": "not_expected", "/external_number": "required"}', 'a system brings tickets'),
	('郑三', '{"channel": "visit", "institution_id": "00000000-0000-7000-8000-0000000000a1"}', '{"/institution_id": "unknown_reference"}', 'an institution of others'),
	('周一鸣', '{"channel": "visit", "received_on": "2026-11-24", "external_deadline": "2026-11-23"}', '{"/received_on": "date_in_future", "/external_deadline": "date_in_past"}', 'days')) v (name, more, want, why);
SELECT is(pg_temp.not_as('郑三', 'api.report_take($1, NULL)', '{"mode": "anonymous", "subject_kind": "other", "description": "x", "district": "500103", "channel": "visit"}') - 'status', '{"code": "out_of_scope"}', 'nor for another district');

-- ---- who sees them
DELETE FROM hz.audit_log;
TRUNCATE hz.report CASCADE;
CREATE TEMPORARY TABLE shown (letter text PRIMARY KEY, id uuid);
CREATE FUNCTION pg_temp.put(p_letter text, p_more text) RETURNS void LANGUAGE sql AS $$
	SELECT pg_temp.take('nobody', p_more);
	INSERT INTO shown SELECT p_letter, (pg_temp.last()).id;
$$;
SELECT pg_temp.put('a', '{}') \g /dev/null
SELECT pg_temp.put('b', '{"audience": "institution"}') \g /dev/null
SELECT pg_temp.put('c', '{"named_persons": [{"name": "周 一鸣", "post": "办理人"}]}') \g /dev/null
SELECT pg_temp.put('d', '{"description": "办理人吴双收了孙安的钱"}') \g /dev/null
SELECT pg_temp.put('e', '{"audience": "institution", "named_persons": [{"name": "孙安"}]}') \g /dev/null
SELECT pg_temp.put('f', '{"named_persons": [{"name": "周一鸣"}, {"name": "吴双"}, {"name": "leader"}]}') \g /dev/null
SELECT pg_temp.put('g', '{"description": "周一鸣和吴双", "institution_id": "00000000-0000-7000-8000-0000000000a2"}') \g /dev/null
SELECT pg_temp.put('h', '{"audience": "institution", "institution_id": "00000000-0000-7000-8000-0000000000a2"}') \g /dev/null
SELECT pg_temp.put('i', '{}') \g /dev/null
UPDATE hz.report SET state = 'concluded', result = 'substantiated' WHERE id = (SELECT id FROM shown WHERE letter = 'i');
CREATE FUNCTION pg_temp.sees(p_name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v text[];
BEGIN
	PERFORM pg_temp.session(p_name);
	SET LOCAL ROLE hz_api;
	v := ARRAY(SELECT id FROM hz.report);
	RESET ROLE;
	RETURN (SELECT coalesce(string_agg(letter, '' ORDER BY letter), '') FROM shown WHERE id = ANY (v::uuid[]));
END $$;
SELECT is(pg_temp.sees(v.name), v.want, v.name || ': ' || v.why)
  FROM (VALUES ('周一鸣', 'abdehi', 'a handler sees all but what names him'), ('吴双', 'abcehi', 'or his name in its words'), ('郑三', '', 'not those of another district'),
	('leader', 'gi', 'what is concluded, and what no handler may see, but not what names her'), ('home', 'be', 'an institution what it was told'), ('孙安', 'b', 'never a person named in it'),
	('others', 'h', 'its own only'), ('custodian', '', 'no reports'), ('auditor', '', 'no reports'), ('office', '', 'no reports'), ('admin', '', 'no reports'), ('chief', '', 'no reports'),
	('ann', '', 'no reports'), ('street', '', 'no reports'), ('staff', '', 'no reports'), ('integration', '', 'no reports'), ('nobody', '', 'nothing')) v (name, want, why);
-- what hangs on a report is seen with it
SELECT is(ARRAY(SELECT t.name FROM unnest('{report_act,report_message,report_file,report_finding,report_clock,report_reward,report_assignment,identity_request}'::text[]) t (name)
	WHERE (SELECT count(*) FROM pg_policy p WHERE p.polrelid = ('hz.' || t.name)::regclass AND pg_get_expr(p.polqual, p.polrelid) LIKE '%hz.report p%') <> 1), '{}', 'and all that hangs on it');
SELECT is(pg_temp.as('home', '(SELECT count(*) AS n FROM hz.report_act)') ->> 'n', '2', 'acts');
SELECT is(pg_temp.as('ann', '(SELECT count(*) AS n FROM hz.report_act)') ->> 'n', '0', 'no acts');
SELECT is(pg_temp.not_as('吴双', format('api.report_read(%L)', id)) ->> 'status', '404', 'nor by its id') FROM shown WHERE letter = 'd';
SELECT throws_ok(format($$SELECT pg_temp.as('吴双', '(WITH m AS (INSERT INTO hz.report_message (report_id, district, n, author, actor_id, text, sent_at)
	VALUES (''%s'', ''500103'', 9, ''office'', ''00000000-0000-7000-8000-000000000032'', ''x'', now()) RETURNING 1) SELECT 1)')$$, id), NULL, NULL, 'nor written to') FROM shown WHERE letter = 'd';

-- a street sees its task
SELECT is(pg_temp.as('周一鸣', format('api.report_accept(%L, $1)', id), '{}') #>> '{body,state}', 'accepted', 'taken up') FROM shown WHERE letter = 'a';
CREATE TEMPORARY TABLE task AS SELECT pg_temp.as('周一鸣', format('api.report_assign(%L, $1)', id), '{"street": "500103001", "task": "看看夜班"}') -> 'body' AS t FROM shown WHERE letter = 'a';
SELECT is(ARRAY[t ->> 'state', t ->> 'due_on', t ->> 'overdue'], '{accepted,2026-12-07,false}', 'ten working days') FROM task;
SELECT is(pg_temp.as('street', '(SELECT count(*) AS n FROM hz.report_assignment)') ->> 'n', '1', 'the street has it');
SELECT is(pg_temp.as('home', '(SELECT count(*) AS n FROM hz.report_assignment)') ->> 'n', '0', 'the institution has not');
SELECT is(pg_temp.not_as('street', format('api.report_read(%L)', t ->> 'report_id')) ->> 'status', '404', 'and not the report') FROM task;
SELECT is(pg_temp.faults(pg_temp.not_as('周一鸣', format('api.report_assign(%L, $1)', id), v.body::jsonb)), v.want::jsonb, v.why)
  FROM shown, (VALUES ('{"task": "x"}', '{"/handler_id": "required"}', 'to somebody'), ('{"task": "x", "street": "500112002", "due_on": "2026-11-22"}', '{"/street": "unknown_reference", "/due_on": "date_in_past"}', 'a street of the district'),
	('{"task": "x", "handler_id": "00000000-0000-7000-8000-000000000033"}', '{"/handler_id": "unknown_reference"}', 'a handler of the district')) v (body, want, why) WHERE letter = 'a';
SELECT is(pg_temp.faults(pg_temp.not_as('周一鸣', format('api.report_assign(%L, $1)', t ->> 'report_id'), '{"task": "x", "handler_id": "00000000-0000-7000-8000-000000000034"}')) ->> '/handler_id', 'unknown_reference', 'who is one') FROM task;
SELECT is(pg_temp.as('street', format('api.report_reply(%L, %L, $1)', t ->> 'report_id', t ->> 'id'), '{"reply": "有人值班"}') #>> '{body,state}', 'replied', 'answered') FROM task;
SELECT is(pg_temp.not_as('street', format('api.report_reply(%L, %L, $1)', t ->> 'report_id', t ->> 'id'), '{"reply": "x"}') - 'status', '{"code": "invalid_state", "state": "replied", "allowed": []}', 'once') FROM task;
UPDATE hz.report SET named_actors = '{00000000-0000-7000-8000-000000000005}' WHERE id = (SELECT id FROM shown WHERE letter = 'a');
SELECT is(pg_temp.as('street', '(SELECT count(*) AS n FROM hz.report_assignment)') ->> 'n', '0', 'not a task about oneself');

-- ---- the audit log
SELECT is(pg_temp.as('auditor', '(SELECT array_agg(DISTINCT what ORDER BY what) AS w FROM hz.audit_log)') -> 'w', '["report_step"]', 'auditors read it');
SELECT is(pg_temp.as(v.name, '(SELECT count(*) AS n FROM hz.audit_log)') ->> 'n', '0', 'not ' || v.name) FROM unnest('{周一鸣,leader,admin,chief,nobody}'::text[]) v (name);
SELECT ok(NOT EXISTS (SELECT FROM hz.audit_log l JOIN shown s ON s.id = l.subject), 'under pseudonyms');
SELECT ok(EXISTS (SELECT FROM hz.audit_log l JOIN hz.report r ON r.pseudonym = l.subject), 'which the owner could resolve');
SELECT throws_ok($$SELECT pg_temp.as('auditor', '(WITH d AS (DELETE FROM hz.audit_log RETURNING 1) SELECT 1)')$$, NULL, NULL, 'nobody takes lines out');

-- ---- clocks
CREATE FUNCTION pg_temp.clock(p_kind text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(due_on || coalesce(' ended ' || ended_on || ' by ' || ended_by, ''), ', ' ORDER BY started_on, ended_on NULLS LAST) FROM hz.report_clock
	 WHERE kind = p_kind AND report_id = (SELECT id FROM shown WHERE letter = 'z')
$$;
CREATE FUNCTION pg_temp.day(p_day text) RETURNS text LANGUAGE sql AS $$ SELECT set_config('app.clock', p_day || 'T09:30:00+08:00', true) $$;
CREATE FUNCTION pg_temp.do(p_function text, p_body text DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.as('周一鸣', format(replace(p_function, '%1', '%L'), (SELECT id FROM shown WHERE letter = 'z')), p_body::jsonb) #>> '{body,state}'
$$;
SELECT pg_temp.take('周一鸣', '{"channel": "12345", "external_number": "T9", "external_deadline": "2026-12-31", "received_on": "2026-11-20"}') \g /dev/null
INSERT INTO shown SELECT 'z', (pg_temp.last()).id;
SELECT is(pg_temp.clock('report_sign_off'), '2026-11-23', '12345: signed off on the next working day');
SELECT is(pg_temp.clock('report_acceptance'), '2026-12-05', 'accepted within fifteen days of the receipt');
SELECT is(pg_temp.clock('report_ticket'), '2026-12-31', 'the ticket''s own date');
SELECT is(pg_temp.do('api.report_step(%1, ''sign-offs'', $1)'), 'received', 'signed');
SELECT is(pg_temp.not_as('周一鸣', format('api.report_step(%L, ''sign-offs'', $1)', id), '{}') -> 'allowed', '["acceptances", "holds", "merges", "messages", "rejections", "returns", "transfers"]', 'once') FROM shown WHERE letter = 'z';
SELECT is(pg_temp.clock('report_sign_off'), '2026-11-23 ended 2026-11-23 by sign-offs', 'its clock ends');
SELECT is(pg_temp.faults(pg_temp.not_as('周一鸣', format('api.report_step(%L, ''rejections'', $1)', id), v.body::jsonb)), v.want::jsonb, 'reasons are codes')
  FROM shown, (VALUES ('{"reason_code": "nonsense"}', '{"/reason_code": "unknown_reference"}'), ('{"reason_code": "other"}', '{"/note": "required"}')) v (body, want) WHERE letter = 'z';
SELECT is(pg_temp.do('api.report_accept(%1, $1)', '{"category": "personal"}'), 'accepted', 'taken up');
SELECT is(ARRAY[pg_temp.clock('report_acceptance'), pg_temp.clock('report_conclusion'), pg_temp.clock('report_verification')],
	'{2026-12-05 ended 2026-11-23 by acceptances,2027-01-22,2026-12-07}', 'what follows has its own');
SELECT is(pg_temp.do('api.report_step(%1, ''pauses'', $1)', '{"reason_code": "expertise"}'), 'accepted', 'paused');
SELECT pg_temp.day('2026-12-20') \g /dev/null
SELECT is((SELECT api.report_clock_json(c, r.paused_at, api.today())::jsonb - '{explanation,title,started_on,ended_on,ended_by,kind}'::text[] FROM hz.report r JOIN hz.report_clock c ON c.report_id = r.id
	WHERE r.id = (SELECT id FROM shown WHERE letter = 'z') AND c.kind = 'report_verification'),
	'{"deadline": "2026-12-07", "running": true, "paused": true, "overdue": false, "days_left": 14, "paused_days": 0}', 'it stands still');
SELECT is(pg_temp.do('api.report_resume(%1, $1)'), 'accepted', 'and goes on');
SELECT is(ARRAY[pg_temp.clock('report_conclusion'), pg_temp.clock('report_verification'), pg_temp.clock('report_ticket')], '{2027-02-18,2027-01-01,2027-01-27}',
	'27 days later, or as many working days as there were in them');
SELECT is(pg_temp.do('api.report_step(%1, ''supplement-requests'', $1)', '{"text": "哪一晚？"}'), 'supplement', 'a supplement is asked for');
SELECT is(pg_temp.clock('report_supplement'), '2027-01-04', 'within fifteen days');
SELECT pg_temp.day('2026-12-22') \g /dev/null
SELECT pg_temp.session('nobody') \g /dev/null
SELECT api.report_supplemented(id) FROM shown WHERE letter = 'z' \g /dev/null
SELECT is(ARRAY[(SELECT state FROM hz.report WHERE id = s.id), pg_temp.clock('report_supplement'), pg_temp.clock('report_conclusion')],
	'{accepted,2027-01-04 ended 2026-12-22 by supplements,2027-02-20}', 'it has come: back where it was') FROM shown s WHERE letter = 'z';
SELECT is(pg_temp.faults(pg_temp.not_as('周一鸣', format('api.report_extend(%L, $1)', id), jsonb_build_object('new_deadline', v.d, 'reason', 'x'))), v.want::jsonb, v.d)
  FROM shown, (VALUES ('2027-02-20', '{"/new_deadline": "date_in_past"}'), ('2027-03-23', '{"/new_deadline": "out_of_range"}')) v (d, want) WHERE letter = 'z';
SELECT is(pg_temp.do('api.report_extend(%1, $1)', '{"new_deadline": "2027-03-22", "reason": "情况复杂"}'), 'accepted', 'thirty days more');
SELECT is(pg_temp.faults(pg_temp.not_as('周一鸣', format('api.report_extend(%L, $1)', id), '{"new_deadline": "2027-03-23", "reason": "x"}')), '{"/new_deadline": "rule_violated"}', 'once') FROM shown WHERE letter = 'z';
SELECT is(ARRAY(SELECT e ->> 'step' FROM hz.report_clock c, jsonb_array_elements(c.explanation) e WHERE c.report_id = s.id AND c.kind = 'report_conclusion'),
	'{event,rule,counting,result,paused,paused,extended}', 'and says why') FROM shown s WHERE letter = 'z';
SELECT is(pg_temp.do('api.report_step(%1, ''verifications'', $1)', '{"note": "到场"}'), 'verifying', 'verified');
SELECT is(pg_temp.do('api.report_step(%1, ''conclusions'', $1, ''partly_substantiated'')', '{"note": "部分属实"}'), 'concluded', 'concluded');
SELECT is((SELECT result FROM hz.report WHERE id = s.id), 'partly_substantiated', 'with its result') FROM shown s WHERE letter = 'z';
SELECT is(pg_temp.do('api.report_feedback(%1, $1)', '{"text": "已整改"}'), 'fed_back', 'fed back');
SELECT is(ARRAY[pg_temp.clock('report_feedback'), pg_temp.clock('report_ticket'), pg_temp.clock('report_callback')],
	'{2026-12-29 ended 2026-12-22 by feedbacks,2027-01-29 ended 2026-12-22 by feedbacks,2026-12-29}', 'the hotline is called back') ;
SELECT is(pg_temp.do('api.report_step(%1, ''reopenings'', $1)', '{"reason_code": "dissatisfied"}'), 'verifying', 'reopened');
SELECT is(ARRAY[pg_temp.clock('report_redo'), (SELECT result FROM hz.report WHERE id = s.id), (SELECT ended_at::text FROM hz.report WHERE id = s.id)], '{2027-01-21,NULL,NULL}', 'with a clock of its own')
  FROM shown s WHERE letter = 'z';
SELECT pg_temp.session('nobody') \g /dev/null
SELECT is((api.report_move(id, 'withdrawals')).to_state, 'withdrawn', 'withdrawn') FROM shown WHERE letter = 'z';
SELECT is((SELECT count(*) FROM hz.report_clock WHERE report_id = s.id AND ended_on IS NULL), 0::bigint, 'nothing runs any more') FROM shown s WHERE letter = 'z';
SELECT is(ARRAY(SELECT n FROM hz.report_act WHERE report_id = s.id ORDER BY n), ARRAY(SELECT generate_series(1, 13)), 'acts stand in their order') FROM shown s WHERE letter = 'z';

-- ---- names
SELECT is(api.plain_name(n), want, n) FROM (VALUES ('张 三（院长）', '张三'), ('（护士长）张三', '（护士长）张三'), ('Anna B(x)', 'annab')) v (n, want);
SELECT is(api.names_person(api.plain_words(w), '张三'), want, w) FROM (VALUES ('院长张 三不管', true), ('（护士长）张三', true), ('张王三', false)) v (w, want);
SELECT is(api.names_house(api.plain_words(w), named, house), want, concat_ws(' ', w, named, house)) FROM (VALUES
	('在安康（东区）养老院三楼', NULL, '安康（东区）养老院', true), ('在安康西区养老院', NULL, '安康（东区）养老院', false), ('sos儿童村的院子', NULL, 'SOS儿童村', true),
	('x', '松鹤颐养苑（江北院）', '重庆市渝中区松鹤颐养苑', true), ('x', '松鹤', '重庆市渝中区松鹤颐养苑', false), ('x', NULL, '松鹤', NULL)) v (w, named, house, want) WHERE want IS NOT NULL;
SELECT ok(NOT coalesce(api.names_house('松鹤院', NULL, '松鹤'), false), 'too short a name is not looked for');

-- ---- merged reports hear the answer, too
SELECT is(pg_temp.as('周一鸣', format('api.report_merge(%L, $1)', (SELECT id FROM shown WHERE letter = 'd')), jsonb_build_object('into', id)) #>> '{body,state}', 'merged', 'merged') FROM shown WHERE letter = 'i';
SELECT is(pg_temp.faults(pg_temp.not_as('周一鸣', format('api.report_merge(%L, $1)', (SELECT id FROM shown WHERE letter = 'a')), jsonb_build_object('into', id))) ->> '/into', v.want, letter)
  FROM shown JOIN (VALUES ('a', 'same_report'), ('d', 'not_open'), ('c', 'unknown_reference')) v (l, want) ON l = letter;
SELECT is(pg_temp.as('周一鸣', format('api.report_feedback(%L, $1)', id), '{"text": "都改好了"}') #>> '{body,state}', 'fed_back', 'answered') FROM shown WHERE letter = 'i';
SELECT is((SELECT text FROM hz.report_message WHERE report_id = s.id), '都改好了', 'both of them') FROM shown s WHERE letter = 'd';

-- ---- what an institution leaves unanswered
UPDATE person SET role = 'institution' WHERE name = 'home';
SELECT is((SELECT due_on || coalesce(ended_by, '') FROM hz.report_clock WHERE report_id = s.id AND kind = 'report_institution_answer'), '2026-12-07', 'ten working days') FROM shown s WHERE letter = 'b';
SELECT pg_temp.day('2026-12-07') \g /dev/null
SELECT is(api.job_escalate_reports(), 0, 'the day itself counts');
SELECT is(pg_temp.as('others', format('api.report_feedback(%L, $1)', id), '{"text": "已经补上"}') #>> '{body,state}', 'fed_back', 'one answers') FROM shown WHERE letter = 'h';
SELECT pg_temp.day('2026-12-08') \g /dev/null
SELECT is(api.job_escalate_reports(), 2, 'what was not answered goes');
SELECT is(api.job_escalate_reports(), 0, 'once');
SELECT is(ARRAY[(SELECT audience FROM hz.report WHERE id = s.id), (SELECT command || role || coalesce(actor_id::text, '') FROM hz.report_act WHERE report_id = s.id ORDER BY n DESC LIMIT 1),
	(SELECT due_on::text FROM hz.report_clock WHERE report_id = s.id AND kind = 'report_acceptance')], '{bureau,escalationsjob,2026-12-23}', 'to the bureau, which has its own time') FROM shown s WHERE letter = 'b';
SELECT is(pg_temp.sees('home'), '', 'and the institution sees it no more');
SELECT is(ARRAY[pg_temp.sees('others'), (SELECT audience FROM hz.report WHERE id = s.id)], '{h,institution}', 'but what it has answered') FROM shown s WHERE letter = 'h';

-- ---- identities
SELECT pg_temp.put('n', '{"mode": "named", "identity": "c2VhbGVk"}') \g /dev/null
SELECT is(pg_temp.as('周一鸣', format('api.report_accept(%L, $1)', id), '{}') #>> '{body,state}', 'accepted', 'taken up') FROM shown WHERE letter = 'n';
CREATE TEMPORARY TABLE request AS SELECT pg_temp.as('周一鸣', format('api.identity_request_create(%L, $1)', id), '{"reason": "须当面取证"}') -> 'body' AS q FROM shown WHERE letter = 'n';
SELECT is(pg_temp.not_as('吴双', format('api.identity_request_create(%L, $1)', id), '{"reason": "x"}') - 'status', '{"code": "identity_request_pending"}', 'one at a time') FROM shown WHERE letter = 'n';
SELECT is(pg_temp.not_as('周一鸣', format('api.identity_request_create(%L, $1)', id), '{"reason": "x"}') ->> 'code', v.want, letter) FROM shown JOIN (VALUES ('b', 'invalid_state'), ('a', 'no_identity')) v (l, want) ON l = letter;
UPDATE person SET role = 'custodian' WHERE name = '周一鸣';
SELECT is(pg_temp.not_as('周一鸣', format('api.identity_request_decide(%L, $1)', q ->> 'id'), '{"decision": "granted", "reason": "x"}') ->> 'code', 'segregation_of_duties', 'not by whoever asked') FROM request;
UPDATE person SET role = 'handler' WHERE name = '周一鸣';
SELECT is((pg_temp.as('custodian', format('api.identity_request_decide(%L, $1)', q ->> 'id'), '{"decision": "granted", "reason": "须取证"}') -> 'body') - '{recorded_at,actor_id,custodian_key_id}'::text[],
	jsonb_build_object('identity_request_id', q ->> 'id', 'state', 'granted', 'reason', '须取证', 'identity_box', 'c2VhbGVk', 'public_key', repeat('ab', 32),
		'fingerprint', q ->> 'fingerprint'), 'granted: the box, and by which key') FROM request;
SELECT is(pg_temp.not_as('custodian', format('api.identity_request_decide(%L, $1)', q ->> 'id'), '{"decision": "granted", "reason": "x"}') - 'status', '{"code": "invalid_state", "state": "granted", "allowed": []}', 'once') FROM request;
SELECT is(ARRAY(SELECT what FROM hz.audit_log WHERE what LIKE 'identity%' ORDER BY id), '{identity_requested,identity_granted}', 'logged');
SELECT is(pg_temp.as('leader', '(SELECT count(*) AS n FROM hz.identity_request)') ->> 'n', '0', 'nobody else sees the request');
SELECT throws_ok($$SELECT pg_temp.as('周一鸣', '(SELECT identity_box FROM hz.report)')$$, '42501', NULL, 'nor the box');

-- ---- nothing of all this is an event
SELECT ok(NOT EXISTS (SELECT FROM hz.event e WHERE e.payload::text ~ '夜间无人值班|收了孙安的钱' OR e.resource LIKE '%report%' OR e.resource_id IN (SELECT id FROM shown)), 'no event of a report');
SELECT is(ARRAY(SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.atttypid = 'timestamptz'::regtype
	WHERE c.relnamespace = 'hz'::regnamespace AND c.relname IN ('report', 'report_act', 'report_message', 'report_assignment', 'identity_request', 'audit_log')
	  AND a.attname <> 'happened_at' AND xpath_exists('//x', query_to_xml(format('SELECT 1 AS x FROM hz.%I WHERE %I <> date_trunc(''hour'', %I)', c.relname, a.attname, a.attname), true, false, ''))), '{}', 'no time finer than the hour');

SELECT finish();
ROLLBACK;
