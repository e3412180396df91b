-- Clocks of permits: one for each that ends, in step with the institution's file, however that is changed.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql
-- Running clocks of an institution: what, when, from when on it is shown.
CREATE FUNCTION pg_temp.running(p_code text) RETURNS text[] LANGUAGE sql AS $$
	SELECT coalesce(array_agg(c.title || ' ' || c.due_on || ' ' || c.shown_from ORDER BY c.due_on, c.title), '{}')
	  FROM hz.clock c JOIN hz.institution i ON i.id = c.institution_id WHERE i.code = p_code AND c.ended_at IS NULL
$$;
CREATE FUNCTION pg_temp.patch(p_body text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.call('chief', $q$api.institution_patch('00000000-0000-7000-8000-0000000000a1', -2, $1)$q$, p_body::jsonb) ->> 'status'
$$;
UPDATE hz.time_limit SET amount = 30 WHERE code = 'permit_notice';

SELECT is(pg_temp.patch('{"permits": [{"kind": "食品经营许可证", "number": "SP1", "expires_on": "2027-01-10"}, {"kind": "消防验收", "number": "XF1"}, {"kind": "电梯使用登记", "expires_on": "2026-11-17"}]}'), 'operating', 'three permits');
SELECT is(pg_temp.running('TESTAAA'), '{"电梯使用登记到期 2026-11-17 2026-10-18","食品经营许可证（SP1）到期 2027-01-10 2026-12-11"}', 'a clock for each that ends');
SELECT is(ARRAY[c.kind, c.resource, c.finding_id::text, (c.responsible @> '{section_chief}')::text, jsonb_array_length(c.explanation)::text, c.explanation #>> '{2,text}'],
	'{permit_notice,institution,NULL,true,4,"到期前 30 天，自 2026-12-11 起提醒"}', 'what it says') FROM hz.clock c WHERE c.due_on = '2027-01-10';
SELECT is(c.resource_id, api.permit_id('00000000-0000-7000-8000-0000000000a1', '食品经营许可证', 'SP1'), 'of one permit') FROM hz.clock c WHERE c.due_on = '2027-01-10';
SELECT is(substr(c.resource_id::text, 15, 1) || substr(c.resource_id::text, 20, 1), '88', 'an id like others') FROM hz.clock c WHERE c.due_on = '2027-01-10';
CREATE TEMPORARY TABLE before AS SELECT id FROM hz.clock WHERE ended_at IS NULL;

-- What is not touched stays; what is renewed, replaced or taken away ends.
SELECT pg_temp.patch('{"beds": 60, "status": "suspended"}') \g /dev/null
SELECT is((SELECT array_agg(id ORDER BY id) FROM hz.clock WHERE ended_at IS NULL), (SELECT array_agg(id ORDER BY id) FROM before), 'other changes are none of theirs');
SELECT pg_temp.patch('{"permits": [{"kind": "食品经营许可证", "number": "SP1", "expires_on": "2032-01-10"}, {"kind": "电梯使用登记", "expires_on": "2026-11-17"}, {"kind": "特种设备", "number": "T1", "expires_on": "2027-03-01"}]}') \g /dev/null
SELECT is(pg_temp.running('TESTAAA'), '{"电梯使用登记到期 2026-11-17 2026-10-18","特种设备（T1）到期 2027-03-01 2027-01-30","食品经营许可证（SP1）到期 2032-01-10 2031-12-11"}', 'renewed, and one more; the expired one stays');
SELECT is(array_agg(c.due_on || ' ' || c.ended_by), '{"2027-01-10 changed"}', 'the old date is history') FROM hz.clock c WHERE ended_at IS NOT NULL;
SELECT pg_temp.patch('{"permits": [{"kind": "食品经营许可证", "number": "SP1", "expires_on": "2027-02-01"}, {"kind": "食品经营许可证", "number": "SP1", "expires_on": "2027-04-01"}]}') \g /dev/null
SELECT is(pg_temp.running('TESTAAA'), '{"食品经营许可证（SP1）到期 2027-04-01 2027-03-02"}', 'written twice, the later day; what is taken away is gone');

-- Closed: none. Open again: all of them. Moved: along with it.
SELECT pg_temp.patch('{"status": "closed"}') \g /dev/null
SELECT is(pg_temp.running('TESTAAA'), '{}', 'none of what is closed');
SELECT is(count(*), 1::bigint, 'which says so') FROM hz.clock WHERE ended_by = 'closed';
SELECT is(pg_temp.patch('{"status": "operating"}'), 'operating', 'open again');
SELECT is(pg_temp.running('TESTAAA'), '{"食品经营许可证（SP1）到期 2027-04-01 2027-03-02"}', 'and its permit');
SELECT pg_temp.patch('{"street": "500103003", "permits": [{"kind": "消防", "expires_on": "2027-05-01"}]}') \g /dev/null
SELECT is(array_agg(street || ' ' || due_on), '{"500103003 2027-05-01"}', 'in its new street') FROM hz.clock WHERE ended_at IS NULL;

-- Put in by hand, or there before there were clocks.
INSERT INTO hz.institution (id, code, district, street, type, name, permits)
VALUES (api.uuid_v7(), 'TESTAAD', '500103', '500103001', 'relief', '丁站', '[{"kind": "食品经营许可证", "expires_on": "2027-06-01"}]');
SELECT is(pg_temp.running('TESTAAD'), '{"食品经营许可证到期 2027-06-01 2027-05-02"}', 'by hand');
DELETE FROM hz.clock;
SELECT api.permit_clocks(i) FROM hz.institution i \g /dev/null
SELECT is(pg_temp.running('TESTAAD') || pg_temp.running('TESTAAA'), '{"食品经营许可证到期 2027-06-01 2027-05-02","消防到期 2027-05-01 2027-04-01"}', 'at a deploy');
CREATE TEMPORARY TABLE once AS SELECT id FROM hz.clock;
SELECT api.permit_clocks(i) FROM hz.institution i \g /dev/null
SELECT is((SELECT array_agg(id ORDER BY id) FROM hz.clock), (SELECT array_agg(id ORDER BY id) FROM once), 'a second one changes nothing');
UPDATE hz.time_limit SET amount = 60 WHERE code = 'permit_notice';
SELECT api.permit_clocks(i) FROM hz.institution i \g /dev/null
SELECT is(pg_temp.running('TESTAAD'), '{"食品经营许可证到期 2027-06-01 2027-04-02"}', 'another notice, another day to show it');

SELECT finish();
ROLLBACK;
