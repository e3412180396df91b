-- The clock, ids, times and the small helpers everything is made of.
BEGIN;
SELECT no_plan();

SELECT matches(api.uuid_v7()::text, '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$', 'version 7, variant 10');
SELECT is(count(DISTINCT id), 2000::bigint, 'no two alike') FROM (SELECT api.uuid_v7() AS id FROM generate_series(1, 2000)) g;
SELECT cmp_ok(abs(extract(epoch FROM clock_timestamp()) * 1000 - ('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint), '<', 2000::numeric,
	'begins with the time in milliseconds') FROM (SELECT api.uuid_v7() AS id OFFSET 0) g;

SELECT is(api.ts('2026-11-23T01:30:00.1239Z'), '2026-11-23T09:30:00.123+08:00', 'RFC 3339 in +08:00, cut to milliseconds');
SELECT is(api.ts(NULL), NULL, 'no time, no text');

SELECT set_config('app.clock', '2026-11-23T15:59:59Z', true), set_config('hz.test_clock', 'off', true) \g /dev/null
SELECT cmp_ok(abs(extract(epoch FROM api.now() - now())), '=', 0::numeric, 'the test clock does nothing until the server allows it');
SELECT set_config('hz.test_clock', 'on', true) \g /dev/null
SELECT is(api.today(), '2026-11-23'::date, 'a second before midnight in Shanghai');
SELECT set_config('app.clock', '2026-11-23T16:00:00Z', true) \g /dev/null
SELECT is(api.today(), '2026-11-24'::date, 'midnight in Shanghai');
SELECT is(api.day('2026-11-23T16:00:00Z'), '2026-11-24'::date, 'the day of a moment');

SELECT is(api.occurred_at('{}', NULL), '2026-11-23T16:00:00Z'::timestamptz, 'now when the device says nothing');
SELECT is(api.occurred_at('{}', '2026-11-23T16:04:00Z'), '2026-11-23T16:04:00Z'::timestamptz, 'and never before the step it follows');
SELECT is(api.occurred_at('{"occurred_at": "2026-11-24T00:05:00+08:00"}', NULL), '2026-11-23T16:05:00Z'::timestamptz, 'five minutes ahead is borne');
SELECT throws_ok($$SELECT api.occurred_at('{"occurred_at": "2026-11-24T00:05:01+08:00"}', NULL)$$, 'HZ422', 'occurred_at_in_future', 'a second more is not');
SELECT is(api.occurred_at('{"occurred_at": "2026-11-23T15:00:00Z"}', '2026-11-23T15:00:00.999Z'), '2026-11-23T15:00:00Z'::timestamptz, 'a cut fraction is no disorder');
SELECT throws_ok($$SELECT api.occurred_at('{"occurred_at": "2026-11-23T14:59:59Z"}', '2026-11-23T15:00:00.999Z')$$, 'HZ422', 'occurred_at_out_of_order', 'a second before is');
SELECT throws_ok($$SELECT api.occurred_at('{"found_at": "2027-01-01T00:00:00Z"}', NULL, 'found_at')$$, 'HZ422', 'occurred_at_in_future', 'under another name too');

SELECT is(api.patched('{"a": null}', 'a', 'old'), NULL, 'null erases');
SELECT is(api.patched('{}', 'a', 'old'), 'old', 'absent keeps');
SELECT is(api.patched('{"a": "new"}', 'a', 'old'), 'new', 'a value replaces');
SELECT is(api.json_add('{"a": 1}', 'b', '[2]')::jsonb, '{"a": 1, "b": [2]}', 'one member more');
SELECT is(api.json_add('{"a": 1}', 'b', NULL)::jsonb, '{"a": 1, "b": null}', 'null stays a member');

SELECT throws_ok($$SELECT api.version_check(NULL, 3)$$, 'HZ428', 'precondition_required', 'no If-Match');
SELECT throws_ok($$SELECT api.version_check(2, 3)$$, 'HZ412', 'precondition_failed', 'a stale one');
SELECT throws_ok($$SELECT api.version_check(-1, 3)$$, 'HZ412', 'precondition_failed', 'one that was never ours');
SELECT lives_ok($$SELECT api.version_check(3, 3)$$, 'the current one');
SELECT lives_ok($$SELECT api.version_check(-2, 3)$$, 'any, for *');
SELECT throws_ok($$SELECT api.refuse_faults('[{"pointer": "/x", "code": "c", "detail": "d"}]')$$, 'HZ422', 'rule_violated', 'faults refuse');
SELECT lives_ok($$SELECT api.refuse_faults('[]')$$, 'none do not');

SELECT ok(bool_and(api.institution_code() ~ '^[A-HJ-NP-Z2-9]{7}$'), 'codes for signs have no 0 O 1 I') FROM generate_series(1, 200);

SELECT finish();
ROLLBACK;
