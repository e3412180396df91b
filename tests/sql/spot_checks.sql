-- Spot checks of self-corrections: which findings are such ones, what a check says of them, and what comes of one that is rejected.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql
INSERT INTO person VALUES ('boss', '00000000-0000-7000-8000-000000000006', 'section_chief', '', '');	-- home again, by another key
CREATE FUNCTION pg_temp.at(p_at text) RETURNS void LANGUAGE sql AS $$ SELECT set_config('app.clock', p_at || '+08:00', true) $$;
CREATE FUNCTION pg_temp.evidence() RETURNS jsonb LANGUAGE sql AS $$ SELECT format('{"note": "已改", "attachments": [{"sha256": "%s", "role": "after"}]}', repeat('e5', 32))::jsonb $$;
CREATE FUNCTION pg_temp.make(p_name text) RETURNS uuid LANGUAGE sql AS $$
	SELECT (pg_temp.call(p_name, 'api.finding_create($1)', '{"institution_id": "00000000-0000-7000-8000-0000000000a1", "category": "disaster", "severity": "general",
		"description": "排水沟淤积", "location": "后院", "key_place": "排水沟"}') ->> 'id')::uuid
$$;
CREATE FUNCTION pg_temp.no(p_name text, p_id uuid, p_body text) RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.refused(p_name, format('api.finding_spot_check(%L, $1)', p_id), p_body::jsonb) $$;
CREATE TEMPORARY TABLE made AS SELECT pg_temp.make('home') AS own, pg_temp.make('home') AS corrected, pg_temp.make('home') AS open;
SELECT is(f.spot_check, NULL, 'none while it is open') FROM hz.finding f, made WHERE f.id = own;
SELECT pg_temp.call('home', format('api.finding_act(%L, ''self-acceptances'', $1)', own), pg_temp.evidence()) FROM made \g /dev/null
SELECT pg_temp.call('ann', format('api.finding_act(%L, ''corrections'', $1)', corrected), pg_temp.evidence()) FROM made \g /dev/null
SELECT is(array_agg(f.spot_check ORDER BY f.id = own DESC), '{none,NULL}', 'a self-correction waits for its check; what an inspector closed does not') FROM hz.finding f, made WHERE f.id IN (own, corrected);

SELECT is(pg_temp.no('chief', corrected, '{"result": "confirmed"}') ->> 'code', 'not_self_corrected', 'closed by an inspector') FROM made;
SELECT is(pg_temp.no('chief', open, '{"result": "confirmed"}') ->> 'code', 'invalid_state', 'not closed yet') FROM made;
SELECT is(pg_temp.no('ann', own, '{"result": "confirmed"}') ->> 'code', 'forbidden', 'not by an inspector') FROM made;
SELECT is(pg_temp.no('boss', own, '{"result": "confirmed"}') - 'status', '{"code": "segregation_of_duties", "conflict": "self-acceptances"}', 'nor by who accepted it, whatever the key') FROM made;
SELECT is(pg_temp.faults(pg_temp.no('chief', own, '{"result": "rejected"}')), '{"/note": "required"}', 'a rejected one says why') FROM made;
SELECT is(pg_temp.faults(pg_temp.no('chief', own, '{"result": "confirmed", "finding": {"description": "x"}}')), '{"/finding": "not_expected"}', 'a confirmed one makes no finding') FROM made;
SELECT is(pg_temp.faults(pg_temp.no('chief', own, '{"result": "confirmed", "checked_at": "2026-11-23T08:59:59+08:00"}')), '{"/checked_at": "occurred_at_out_of_order"}', 'not before it was closed') FROM made;

SELECT pg_temp.at('2026-11-30T10:00:00') \g /dev/null
SELECT is(ARRAY[s ->> 'state', s ->> 'result', s ->> 'new_finding_id'], '{closed,confirmed,NULL}', 'confirmed') FROM made, pg_temp.call('chief', format('api.finding_spot_check(%L, $1)', own), '{"result": "confirmed"}') s;
SELECT is(ARRAY[f.spot_check, f.state, api.ts(f.closed_at)], '{confirmed,closed,2026-11-23T09:00:00.000+08:00}', 'closed as it was') FROM hz.finding f, made WHERE f.id = own;
-- Looked at again: what is still wrong is a finding of the office's own.
CREATE TEMPORARY TABLE again AS SELECT pg_temp.call('chief', format('api.finding_spot_check(%L, $1)', own),
	'{"result": "rejected", "note": "只清了一半", "checked_at": "2026-11-29T15:00:00+08:00", "finding": {"description": "排水沟仍淤积一半", "severity": "general", "suggestion": "全段清掏"}}') AS s FROM made;
SELECT is(ARRAY[f.spot_check, f.state], '{rejected,closed}', 'rejected, and history all the same') FROM hz.finding f, made WHERE f.id = own;
SELECT is(ARRAY[f.state, f.source_kind, f.category, f.severity, f.description, f.location, f.key_place, f.suggestion, api.ts(f.found_at), (f.recurs_of = own)::text],
	'{confirmed,inspection,disaster,general,排水沟仍淤积一半,后院,排水沟,全段清掏,2026-11-29T15:00:00.000+08:00,true}', 'the new one') FROM hz.finding f, made, again WHERE f.id = (s ->> 'new_finding_id')::uuid;
SELECT is(array_agg(e.what || ' ' || coalesce(e.payload ->> 'outcome', '') ORDER BY e.id), '{"created ","self-acceptances ","spot-checks confirmed","spot-checks rejected"}', 'events') FROM hz.event e, made WHERE e.resource_id = own;

SELECT finish();
ROLLBACK;
