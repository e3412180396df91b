-- Documents below the API: numbers without holes, what is frozen and by which edition, who sees them, how they wait for signatures, and
-- how they go through hz-media.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql
INSERT INTO person VALUES ('clerk', '00000000-0000-7000-8000-000000000011', 'staff', '00000000-0000-7000-8000-0000000000a1', ''),
	('system', '00000000-0000-7000-8000-000000000012', 'integration', '', ''), ('far', '00000000-0000-7000-8000-000000000013', 'street', '', '500103004');
INSERT INTO hz.actor (id, district, kind, name) SELECT id, '500103', 'person', name FROM person ON CONFLICT DO NOTHING;
GRANT hz_jobs, hz_media TO CURRENT_USER;

CREATE FUNCTION pg_temp.f(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT ('00000000-0000-7000-8000-0000000000f' || n)::uuid $$;
CREATE FUNCTION pg_temp.hash(p_text text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT encode(sha256(convert_to(p_text, 'UTF8')), 'hex') $$;
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description, suggestion, location,
	key_place, found_at, state, last_act_at, created_by)
SELECT pg_temp.f(g), '500103', '00000000-0000-7000-8000-0000000000a1', 'elderly_care', '500103001', CASE g WHEN 3 THEN 'psychological' ELSE 'fire' END,
       'general', 'inspection', '隐患' || g, '换锁', '三楼', '安全出口', api.now(), 'confirmed', api.now(), '00000000-0000-7000-8000-000000000002'
  FROM generate_series(1, 9) g;
CREATE FUNCTION pg_temp.order_made(p_findings int[], p_more jsonb DEFAULT '{}') RETURNS uuid LANGUAGE sql AS $$
	SELECT (pg_temp.call('ann', 'api.order_create($1)', jsonb_build_object('institution_id', '00000000-0000-7000-8000-0000000000a1', 'items',
		(SELECT jsonb_agg(jsonb_build_object('finding_id', pg_temp.f(n), 'days', 7)) FROM unnest(p_findings) n)) || p_more) ->> 'id')::uuid
$$;
CREATE FUNCTION pg_temp.document(p_resource_id uuid) RETURNS hz.document LANGUAGE sql AS $$ SELECT d FROM hz.document d WHERE resource_id = p_resource_id $$;
CREATE FUNCTION pg_temp.watchers(p_resource_id uuid) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(name, ' ' ORDER BY name) FROM person
	 WHERE (pg_temp.call(name, format('(SELECT EXISTS (SELECT FROM hz.document WHERE resource_id = %L) AS there)', p_resource_id)) ->> 'there')::boolean
$$;
CREATE TEMPORARY TABLE made (name text PRIMARY KEY, id uuid);

-- An order: its own number, all its findings, what they say this day.
INSERT INTO made VALUES ('one', pg_temp.order_made('{1,2}', '{"note": "一式两份"}'));
SELECT is(ARRAY[d.kind, d.number, d.title, d.state, d.template_edition, d.finding_ids::text], ARRAY['rectification_order', '责改〔2026〕第 1 号',
	'责令限期改正通知书', 'waiting', '1', ARRAY[pg_temp.f(1), pg_temp.f(2)]::text], 'an order is a document with the order''s number')
  FROM made, pg_temp.document(id) d WHERE name = 'one';
SELECT is(d.data - '{findings,terms}'::text[], '{"title": "责令限期改正通知书", "number": "责改〔2026〕第 1 号", "edition": "1", "note": "一式两份", "visit": null,
	"issued_at": "2026-11-23T09:00:00.000+08:00", "officer": {"name": "ann", "certificate_no": "CERT-ann"},
	"issuer": {"kind": "bureau", "name": "重庆市渝中区民政局", "government": "重庆市渝中区人民政府", "phone": null},
	"institution": {"name": "甲养老院", "uscc": null, "address": "甲路 1 号", "type": "养老服务机构", "principal_name": null, "principal_phone": null,
	"safety_officer_name": null, "safety_officer_phone": null}}', 'what it says') FROM made, pg_temp.document(id) d WHERE name = 'one';
SELECT is(d.data #> '{findings,1}', '{"n": 2, "round": 1, "category": "消防安全", "severity": "general", "description": "隐患2", "location": "三楼", "key_place": "安全出口",
	"violated_clause": null, "clause": null, "found_at": "2026-11-23T09:00:00.000+08:00", "requirement": "换锁", "responsible_name": null, "deadline": null,
	"days": 7, "day_kind": "calendar", "legal_basis": null}', 'of each finding') FROM made, pg_temp.document(id) d WHERE name = 'one';

-- Frozen: later changes of the record are not its own.
CREATE TEMPORARY TABLE before AS SELECT d.data FROM made, pg_temp.document(id) d WHERE name = 'one';
UPDATE hz.institution SET name = '改了名的养老院', address = '别处' WHERE id = '00000000-0000-7000-8000-0000000000a1';
UPDATE hz.finding SET description = '改了' WHERE id = pg_temp.f(1);
UPDATE hz.actor SET name = '改了名的' WHERE id = '00000000-0000-7000-8000-000000000002';
INSERT INTO hz.org_unit (id, district, kind, name, phone) VALUES ('00000000-0000-7000-8000-0000000000b1', '500103', 'bureau', '渝中区民政局', '023-1');
SELECT is(d.data, b.data, 'nothing of it changes afterwards') FROM before b, made, pg_temp.document(id) d WHERE name = 'one';
SELECT is((d.data -> 'issuer') - 'government', '{"kind": "bureau", "name": "渝中区民政局", "phone": "023-1"}', 'a later one goes out in the name the office has entered')
  FROM (SELECT pg_temp.order_made('{3,4}')) o (id), pg_temp.document(o.id) d;
INSERT INTO made SELECT 'sensitive', resource_id FROM hz.document WHERE pg_temp.f(3) = ANY (finding_ids);

-- Who sees them: with all they tell of.
SELECT is(pg_temp.watchers(id), 'ann bob carol chief home street system', 'an order: whoever sees order and findings; no employee, no other street') FROM made WHERE name = 'one';
SELECT is(pg_temp.watchers(id), 'ann bob carol chief home', 'one with a finding that may name vulnerable people: neither street nor system') FROM made WHERE name = 'sensitive';
SELECT ok(NOT has_any_column_privilege('hz_api', 'hz.document', 'UPDATE') AND NOT has_table_privilege('hz_api', 'hz.document', 'DELETE'), 'the API changes none');

-- Numbers: by kind, district and year, without holes, whatever is refused or rolled back.
CREATE FUNCTION pg_temp.numbers(p_kind text) RETURNS text[] LANGUAGE sql AS $$
	SELECT array_agg(number ORDER BY regexp_replace(number, '\D', '', 'g')::bigint) FROM hz.document WHERE kind = p_kind
$$;
INSERT INTO made SELECT 'served', (pg_temp.call('ann', format('api.order_service_create(%L, $1)', id), '{"receiver": "张"}') ->> 'id')::uuid FROM made WHERE name = 'one';
SELECT is(ARRAY[d.kind, d.number, d.data #>> '{served,number}', d.data ->> 'method', d.data ->> 'receiver', d.order_id::text], ARRAY['service_receipt', '送达〔2026〕第 1 号',
	'责改〔2026〕第 1 号', '直接送达', '张', o.id::text], 'service has a receipt in a series of its own') FROM made s, made o, pg_temp.document(s.id) d WHERE s.name = 'served' AND o.name = 'one';
DO $$
BEGIN
	PERFORM pg_temp.order_made('{5}');
	RAISE 'lost' USING ERRCODE = 'HZ999';
EXCEPTION WHEN SQLSTATE 'HZ999' THEN NULL;
END $$;
SELECT isnt(pg_temp.refused('ann', format('api.finding_order(%L, $1)', pg_temp.f(5)), '{"days": 7, "deadline": "2026-12-01"}'), NULL, 'refused');
SELECT is(o ->> 'number', '责改〔2026〕第 3 号', 'neither takes a number away') FROM pg_temp.call('ann', format('api.finding_order(%L, $1)', pg_temp.f(5)), '{"days": 7}') o;
SELECT is(pg_temp.numbers('service_receipt'), ARRAY['送达〔2026〕第 1 号', '送达〔2026〕第 2 号'], 'handed over on the spot: a receipt, too');
INSERT INTO hz.institution (id, code, district, street, type, name) SELECT '00000000-0000-7000-8000-0000000000a3', 'TESTAAC', '500105', min(code), 'elderly_care', '外区养老院'
  FROM hz.region WHERE parent = '500105';
SELECT is(ARRAY(SELECT api.document_number(k, d, y) FROM (VALUES (1, 'service_receipt', '500105', 2026), (2, 'service_receipt', '500103', 2027),
	(3, 'inspection_record', '500103', 2026), (4, 'service_receipt', '500105', 2026)) v (n, k, d, y) ORDER BY n),
	ARRAY['送达〔2026〕第 1 号', '送达〔2027〕第 1 号', '检录〔2026〕第 1 号', '送达〔2026〕第 2 号'], 'another kind, district or year begins anew');
DELETE FROM hz.document_number WHERE kind = 'inspection_record' OR district = '500105';

-- The edition of the day, for the narrowest region; what is in use cannot be rewritten.
SELECT lives_ok($$SELECT api.document_template_put('service_receipt', '', '2', '2026-12-01', '送达回证（新）', '1', 'x')$$, 'another edition');
SELECT lives_ok($$SELECT api.document_template_put('service_receipt', '50', '1', '2027-01-01', '送达回证（本市）', '1', 'y')$$, 'and one of the city');
SELECT is(ARRAY(SELECT (api.document_template('service_receipt', district, day::date)).title FROM (VALUES (1, '500103', '2026-11-30'), (2, '500103', '2026-12-01'),
	(3, '500103', '2027-01-01'), (4, '110101', '2027-01-01')) v (n, district, day) ORDER BY n), ARRAY['送达回证', '送达回证（新）', '送达回证（本市）', '送达回证（新）'],
	'the edition in force that day');
SELECT is((SELECT effective_to FROM hz.document_template WHERE kind = 'service_receipt' AND region = '' AND edition = '1'), DATE '2026-11-30', 'the first ends the day before');
SAVEPOINT unmade;
SELECT lives_ok($$SELECT api.document_template_put('service_receipt', '', '1', '1949-10-01', '送达回证', '1', 'mended')$$, 'no document was made by it yet: it may be mended');
ROLLBACK TO unmade;
INSERT INTO hz.content (sha256, size, type) VALUES (sha256('x'), 1, 'text/html');
UPDATE hz.document SET state = 'here', html_sha256 = sha256('x'), html_size = 1, pdf_sha256 = sha256('x'), pdf_size = 1, rendered_at = now() WHERE kind = 'service_receipt';
SELECT throws_like($$SELECT api.document_template_put('service_receipt', '', '1', '1949-10-01', '送达回证', '1', 'rewritten')$$, '%in use%', 'an edition in use stays as it is');
SELECT throws_like($$SELECT api.document_style_put('1', 'x', 'body {}', '')$$, '%in use%', 'with its style');
SELECT lives_ok($$SELECT api.document_template_put('service_receipt', '', '2', '2026-12-01', '送达回证（新）', '1', 'z')$$, 'one that is not may be mended');
SELECT set_config('app.clock', '2026-12-01T09:00:00+08:00', true) \g /dev/null
SELECT is(ARRAY[d.title, d.template_edition, d.data ->> 'edition'], ARRAY['送达回证（新）', '2', '2'], 'a receipt of that day')
  FROM made, LATERAL (SELECT (pg_temp.call('ann', format('api.order_service_create(%L, $1)', made.id), '{}') ->> 'id')::uuid) s (id), pg_temp.document(s.id) d WHERE name = 'sensitive';

-- Re-inspections, with the order of the next round.
SELECT is(ARRAY[d.kind, d.number, d.data ->> 'result', d.data #>> '{order,number}', d.data #>> '{order,deadline}', d.data #>> '{next,number}', d.data #>> '{next,deadline}'],
	ARRAY['reinspection_opinion', '复查〔2026〕第 1 号', 'failed', '责改〔2026〕第 1 号', '2026-11-30', '责改〔2026〕第 4 号', '2026-12-04'], 'an opinion')
  FROM (SELECT (pg_temp.call('bob', format('api.finding_reinspect(%L, $1)', pg_temp.f(1)), '{"result": "failed", "note": "锁还在", "order": {"days": 3}}') ->> 'id')::uuid) a (id),
	pg_temp.document(a.id) d;
SELECT is(pg_temp.watchers(resource_id), 'ann bob carol chief home street system', 'seen with the finding') FROM hz.document WHERE kind = 'reinspection_opinion';

-- Visits: a notice once the institution was told, a record once both signed; each sort of visit its own kind.
CREATE FUNCTION pg_temp.visit(p_who text, p_kind text, p_images jsonb DEFAULT '[]') RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
	v uuid := (pg_temp.call(p_who, 'api.inspection_create($1)', jsonb_build_object('institution_id', '00000000-0000-7000-8000-0000000000a1', 'kind', p_kind,
		'inspectors', '[{"name": "甲", "certificate_no": "1"}, {"name": "乙", "certificate_no": "2"}]'::jsonb)) ->> 'id')::uuid;
BEGIN
	PERFORM pg_temp.call(p_who, format('api.inspection_notice(%L, $1)', v), '{"receiver": "张"}');
	PERFORM pg_temp.call(p_who, format('api.inspection_start(%L, $1)', v), '{"credentials_shown": true}');
	PERFORM pg_temp.call(p_who, format('api.inspection_submit(%L, $1)', v), '{"conclusion": "未发现问题"}');
	PERFORM pg_temp.call(p_who, format('api.inspection_sign(%L, $1)', v), jsonb_build_object('party', CASE p_kind WHEN 'self' THEN 'institution' ELSE 'inspector' END,
		'name', '甲', 'attachments', p_images));
	IF p_kind = 'routine' THEN
		PERFORM pg_temp.call(p_who, format('api.inspection_sign(%L, $1)', v), '{"party": "institution", "name": "张", "refused": true, "reason": "不认", "witness": "李"}');
	END IF;
	RETURN v;
END $$;
INSERT INTO made VALUES ('visit', pg_temp.visit('ann', 'routine')), ('patrol', pg_temp.visit('street', 'patrol')), ('self', pg_temp.visit('home', 'self'));
SELECT is(ARRAY(SELECT d.kind || ' ' || d.number || ' ' || (d.data #>> '{issuer,name}') FROM hz.document d JOIN made m ON m.id = d.inspection_id ORDER BY d.kind), ARRAY[
	'inspection_notice 检通〔2026〕第 1 号 渝中区民政局', 'inspection_record 检录〔2026〕第 1 号 渝中区民政局', 'patrol_notice 巡通〔2026〕第 1 号 七星岗街道办事处',
	'patrol_record 巡录〔2026〕第 1 号 七星岗街道办事处', 'self_inspection_record 自录〔2026〕第 1 号 改了名的养老院'], 'documents of visits, in whose name');
SELECT is((d.data #> '{signatures,1}') - 'signed_at', '{"party": "institution", "name": "张", "post": null, "refused": true, "reason": "不认", "witness": "李", "images": []}',
	'a refusal stands in the record with its reason and witness') FROM made, pg_temp.document(id) d WHERE name = 'visit';
SELECT is(pg_temp.refused('ann', format('api.inspection_document(%L)', v ->> 'id')) - 'allowed', '{"code": "invalid_state", "status": "409", "state": "planned"}', 'no record before it is recorded')
  FROM pg_temp.call('ann', 'api.inspection_create($1)', '{"institution_id": "00000000-0000-7000-8000-0000000000a1", "kind": "routine"}') v;
SELECT is(pg_temp.watchers(resource_id), 'ann bob carol chief home street system', 'a notice is seen by those who were told') FROM hz.document WHERE kind = 'inspection_notice';

-- A picture of a signature still to come holds the record up; it does so a day at the most.
INSERT INTO made VALUES ('pictured', pg_temp.visit('ann', 'routine', format('[{"sha256": "%s", "role": "signature"}]', pg_temp.hash('sig'))::jsonb));
SELECT is(ARRAY[f.state, f.awaited, round(extract(epoch FROM t.due_at - now()) / 3600)::text], ARRAY['waiting', 'signatures', '24'], 'it waits')
  FROM made, pg_temp.document(id) d, api.document_file(d) f, hz.media_task t WHERE made.name = 'pictured' AND t.document_id = d.id;
SELECT isnt(pg_temp.call('ann', format('api.attachment_record(%L, 100, ''image/png'', ''s.png'', NULL, false)', pg_temp.hash('sig'))), NULL, 'the picture comes');
SELECT is(ARRAY[f.awaited, (t.due_at <= now())::text], ARRAY[NULL, 'true'], 'and it waits no more')
  FROM made, pg_temp.document(id) d, api.document_file(d) f, hz.media_task t WHERE made.name = 'pictured' AND t.document_id = d.id;

-- hz-media: pictures first, then the newest document.
CREATE FUNCTION pg_temp.take() RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	v jsonb;
BEGIN
	SET LOCAL ROLE hz_media;
	SELECT to_jsonb(t) INTO v FROM api.media_take(60, 600) t;
	RESET ROLE;
	RETURN v;
END $$;
SELECT is(pg_temp.take() ->> 'kind', 'thumbnail', 'what somebody looks at this moment comes first');
CREATE TEMPORARY TABLE task AS SELECT pg_temp.take() AS t;
SELECT is(ARRAY[t ->> 'kind', t ->> 'sha256', d.kind, round(extract(epoch FROM m.due_at - now()))::text], ARRAY['document', NULL, 'inspection_record', '600'], 'then a document, lent for longer')
  FROM task, hz.media_task m JOIN hz.document d ON d.id = m.document_id WHERE m.id = (t ->> 'id')::bigint;
SELECT is(ARRAY(SELECT i.name FROM api.media_inputs((t ->> 'id')::bigint, 1) i ORDER BY 1), ARRAY['body.html', 'common.html', 'data.json',
	'image-' || (SELECT l.id FROM hz.attachment_link l WHERE l.sha256 = decode(pg_temp.hash('sig'), 'hex')), 'style.css'], 'what it is made from') FROM task;
SELECT is((SELECT i.content::jsonb FROM api.media_inputs((t ->> 'id')::bigint, 1) i WHERE i.name = 'data.json'), d.data, 'what was frozen, not what is true today')
  FROM task, hz.media_task m JOIN hz.document d ON d.id = m.document_id WHERE m.id = (t ->> 'id')::bigint;
SELECT is((SELECT count(*) FROM api.media_inputs((t ->> 'id')::bigint, 2)), 0::bigint, 'for nobody whose lease is over') FROM task;
SELECT is(ARRAY(SELECT api.media_document_done((t ->> 'id')::bigint, 2, pg_temp.hash('h'), 10, pg_temp.hash('p'), 20)), ARRAY[pg_temp.hash('h'), pg_temp.hash('p')],
	'one that comes too late takes its files back') FROM task;
SELECT is(ARRAY(SELECT api.media_document_done((t ->> 'id')::bigint, 1, pg_temp.hash('h'), 10, pg_temp.hash('p'), 20)), '{}', 'done') FROM task;
SELECT is(ARRAY[d.state, encode(d.html_sha256, 'hex'), d.html_size::text, encode(d.pdf_sha256, 'hex'), d.pdf_size::text], ARRAY['here', pg_temp.hash('h'), '10', pg_temp.hash('p'), '20'],
	'both files are here') FROM made, pg_temp.document(id) d WHERE name = 'pictured';
SELECT is(ARRAY(SELECT e.what || ' ' || coalesce(e.payload ->> 'pdf_sha256', '-') || ' ' || (e.payload -> 'changed' ? 'data')::text FROM hz.event e WHERE e.resource_id = d.id ORDER BY e.id),
	ARRAY['created - false', 'rendered ' || pg_temp.hash('p') || ' false'], 'its events tell the hashes, which seal it; what it says stands in the document')
  FROM made, pg_temp.document(made.id) d WHERE name = 'pictured';
SELECT is(api.content_drop(decode(h, 'hex')), NULL, 'content of a document is never dropped') FROM unnest(ARRAY[pg_temp.hash('h'), pg_temp.hash('p')]) h;
SELECT is(api.job_content_drop(), NULL, 'nor by the job');

-- Given up after four tries; tried again when the operator says so.
DO $$
BEGIN
	UPDATE hz.media_task SET due_at = now() + interval '1 day' WHERE state = 'waiting';
	UPDATE hz.media_task t SET due_at = now() FROM hz.document d, made m WHERE d.resource_id = m.id AND m.name = 'visit' AND t.document_id = d.id;
END $$;
UPDATE task SET t = pg_temp.take();
SELECT is(api.media_failed((t ->> 'id')::bigint, 1, 'not_makeable', false), NULL, 'a try in vain') FROM task;
SELECT is(d.state, 'waiting', 'it comes up again') FROM made, pg_temp.document(id) d WHERE name = 'visit';
UPDATE hz.media_task SET tries = 4 WHERE id = (SELECT (t ->> 'id')::bigint FROM task);
SELECT is(api.media_failed((t ->> 'id')::bigint, 4, 'not_makeable', false), NULL, 'the last') FROM task;
SELECT is(ARRAY[d.state, d.reason], ARRAY['failed', 'not_makeable'], 'then it says so') FROM made, pg_temp.document(id) d WHERE name = 'visit';
SELECT is(ARRAY[api.document_retry(), api.document_retry()], '{1,0}', 'once more, and not twice');
SELECT is(ARRAY[d.state, t.state, t.tries::text], '{waiting,waiting,0}', 'it is to be made') FROM made, pg_temp.document(made.id) d JOIN hz.media_task t ON t.document_id = d.id WHERE name = 'visit';

-- Numbers of a kind have no holes, all in all.
SELECT is((SELECT string_agg(n.kind || n.last, ' ') FROM hz.document_number n WHERE n.year = 2026 AND n.last <> (SELECT count(*) FROM hz.document d
	WHERE d.kind = n.kind AND d.numbered_in = n.district AND d.number LIKE '%〔2026〕%')), NULL, 'as many documents as numbers');

SELECT finish();
ROLLBACK;
