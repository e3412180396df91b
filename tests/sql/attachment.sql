-- Evidence below the API: who sees what by plain SQL, what nobody may write, quotas counted once, awaited links, tasks of hz-media,
-- and what the job lets go of.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql
INSERT INTO person VALUES ('clerk', '00000000-0000-7000-8000-000000000011', 'staff', '00000000-0000-7000-8000-0000000000a1', ''),
	('system', '00000000-0000-7000-8000-000000000012', 'integration', '', ''), ('auditor', '00000000-0000-7000-8000-000000000013', 'auditor', '', '');
INSERT INTO hz.actor (id, district, kind, name) SELECT id, '500103', 'person', name FROM person ON CONFLICT DO NOTHING;
GRANT hz_jobs, hz_media TO CURRENT_USER;

CREATE FUNCTION pg_temp.hash(p_text text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT encode(sha256(convert_to(p_text, 'UTF8')), 'hex') $$;
-- Records that p_name brought a file of this content, 100 octets long.
CREATE FUNCTION pg_temp.bring(p_name text, p_text text, p_type text DEFAULT 'image/jpeg', p_protected boolean DEFAULT false) RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.call(p_name, format('api.attachment_record(%L, 100, %L, %L, NULL, %L)', pg_temp.hash(p_text), p_type, p_text, p_protected))
$$;
CREATE FUNCTION pg_temp.found(p_name text, p_category text, p_items text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.call(p_name, 'api.finding_create($1)', jsonb_build_object('institution_id', '00000000-0000-7000-8000-0000000000a1',
		'category', p_category, 'severity', 'general', 'description', '锁着的门', 'attachments', p_items::jsonb))
$$;
CREATE FUNCTION pg_temp.sees(p_name text, p_id text) RETURNS boolean LANGUAGE sql AS $$
	SELECT (pg_temp.call(p_name, format('(SELECT EXISTS (SELECT FROM hz.attachment WHERE id = %L) AS there)', p_id)) ->> 'there')::boolean
$$;
CREATE FUNCTION pg_temp.watchers(p_id text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(name, ' ' ORDER BY name) FROM person WHERE pg_temp.sees(name, p_id)
$$;
CREATE FUNCTION pg_temp.used() RETURNS bigint LANGUAGE sql AS $$ SELECT coalesce(sum(bytes), 0)::bigint FROM hz.attachment_usage WHERE district = '500103' $$;
CREATE TEMPORARY TABLE made (name text PRIMARY KEY, id text);

-- Who sees it.
INSERT INTO made SELECT v.name, pg_temp.bring('ann', v.name) ->> 'id' FROM (VALUES ('fire'), ('mind'), ('loose')) v (name);
SELECT is(pg_temp.watchers(id), 'ann', 'unlinked: its maker alone') FROM made WHERE name = 'loose';
SELECT is(jsonb_array_length(pg_temp.found('ann', 'fire', format('[{"id": "%s", "role": "before"}]', id)) -> 'attachments'), 1, 'linked') FROM made WHERE name = 'fire';
SELECT is(pg_temp.watchers(id), 'ann auditor bob carol chief home street system', 'linked: whoever sees the finding, no employee') FROM made WHERE name = 'fire';
SELECT isnt(pg_temp.found('ann', 'psychological', format('[{"id": "%s"}]', id)), NULL, 'linked to what is narrower to read') FROM made WHERE name = 'mind';
SELECT is(pg_temp.watchers(id), 'ann auditor bob carol chief home', 'and neither street nor system sees it') FROM made WHERE name = 'mind';
SELECT is(pg_temp.call('home', '(SELECT count(*) AS n FROM hz.attachment_link)') ->> 'n', '2', 'links are seen with their findings');
SELECT is(pg_temp.call('clerk', '(SELECT count(*) AS n FROM hz.attachment_link)') ->> 'n', '0', 'by no employee');
UPDATE hz.finding SET created_by = '00000000-0000-7000-8000-000000000005' WHERE category = 'psychological';
SELECT ok(pg_temp.sees('street', id), 'what one has reported oneself stays readable, with its evidence') FROM made WHERE name = 'mind';

-- What nobody may do.
SELECT ok(NOT has_any_column_privilege('hz_api', 'hz.attachment', 'INSERT, UPDATE') AND NOT has_table_privilege('hz_api', 'hz.attachment', 'DELETE')
	AND NOT has_any_column_privilege('hz_api', 'hz.attachment_link', 'UPDATE') AND NOT has_table_privilege('hz_api', 'hz.attachment_link', 'DELETE'),
	'no attachment and no link is changed or deleted by the API');
SELECT ok(NOT has_any_column_privilege('hz_api', 'hz.content', 'SELECT') AND NOT has_any_column_privilege('hz_api', 'hz.attachment_usage', 'SELECT'),
	'which bytes there are and how much others keep is not told');
SELECT is(pg_temp.faults(pg_temp.refused('bob', 'api.finding_create($1)', format('{"institution_id": "00000000-0000-7000-8000-0000000000a1", "category": "fire",
	"severity": "general", "description": "x", "attachments": [{"id": "%s"}, {"sha256": "%s"}]}', id, pg_temp.hash('loose'))::jsonb)),
	'{"/attachments/0/id": "unknown_reference"}', 'nobody links what is another''s; its hash is only awaited') FROM made WHERE name = 'loose';

-- How much: each content once a district; refused beyond the quota with the numbers; unfinished uploads count.
SELECT is(pg_temp.used(), 300::bigint, 'three contents of 100 octets');
SELECT isnt(pg_temp.bring('bob', 'fire'), NULL, 'the same bytes again');
SELECT is(pg_temp.used(), 300::bigint, 'count once');
INSERT INTO hz.attachment_quota (district, max_bytes) VALUES ('500103', 450);
SELECT isnt(pg_temp.bring('bob', 'fourth'), NULL, 'there is room for one');
SELECT is(pg_temp.refused('bob', format('api.attachment_record(%L, 100, ''image/jpeg'', ''x'', NULL, false)', pg_temp.hash('fifth'))) - 'status',
	'{"code": "quota_exceeded", "district": "500103", "quota_bytes": 450, "used_bytes": 400, "size_bytes": 100}', 'and for no more');
SELECT is(pg_temp.call('bob', 'api.attachment_admit(NULL, false, 50)') ->> 'district', '500103', 'before the body: what fits');
SELECT is(pg_temp.refused('bob', 'api.attachment_admit(NULL, false, 51)') ->> 'code', 'quota_exceeded', 'and what does not');
INSERT INTO hz.upload (id, district, actor_id, length, filename, expires_at)
VALUES ('00000000-0000-7000-8000-0000000000d1', '500103', '00000000-0000-7000-8000-000000000003', 40, 'x', api.now() + interval '1 hour');
SELECT is(pg_temp.refused('bob', 'api.attachment_admit(NULL, false, 11)') ->> 'used_bytes', '440', 'an upload under way takes its room');
SELECT is(pg_temp.call('ann', '(SELECT count(*) AS n FROM hz.upload)') ->> 'n', '0', 'uploads are their maker''s alone');
DELETE FROM hz.attachment_quota WHERE district = '500103';

-- Awaited: only its maker's upload brings it, and the record says so.
INSERT INTO made SELECT 'waits', pg_temp.found('ann', 'fire', format('[{"sha256": "%s", "role": "after"}]', pg_temp.hash('late'))) ->> 'id';
SELECT is(ARRAY[attachment_count, awaited_count], '{1,1}', 'counted on the finding') FROM hz.finding f, made WHERE f.id = made.id::uuid AND name = 'waits';
SELECT isnt(pg_temp.bring('bob', 'late'), NULL, 'somebody else brings the same bytes');
SELECT is(awaited_count, 1, 'it still waits') FROM hz.finding f, made WHERE f.id = made.id::uuid AND name = 'waits';
SELECT isnt(pg_temp.bring('ann', 'late') ->> 'linked_at', NULL, 'its maker brings them');
SELECT is(ARRAY[attachment_count, awaited_count], '{1,0}', 'it is here') FROM hz.finding f, made WHERE f.id = made.id::uuid AND name = 'waits';
SELECT is((SELECT what || ' ' || (payload ->> 'sha256') FROM hz.event WHERE resource_id = made.id::uuid ORDER BY hz.event.id DESC LIMIT 1),
	'evidence_arrived ' || pg_temp.hash('late'), 'and an event tells it') FROM made WHERE name = 'waits';

-- hz-media: a protected one is nobody's until it is clean; then the bytes with the metadata go.
INSERT INTO made SELECT 'secret', pg_temp.bring('ann', 'secret', p_protected => true) ->> 'id';
CREATE FUNCTION pg_temp.take() RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	v jsonb;
BEGIN
	SET LOCAL ROLE hz_media;
	SELECT to_jsonb(t) INTO v FROM api.media_take(60, 60) t;
	RESET ROLE;
	RETURN v;
END $$;
UPDATE hz.media_task SET due_at = now() - interval '1 hour' WHERE kind = 'strip';
CREATE TEMPORARY TABLE task AS SELECT pg_temp.take() AS t;
SELECT is(t - 'id', jsonb_build_object('kind', 'strip', 'sha256', pg_temp.hash('secret'), 'type', 'image/jpeg', 'size', 100, 'try', 1), 'the task') FROM task;
SELECT is(pg_temp.call('ann', format('(SELECT api.attachment_json(a)::jsonb AS body FROM hz.attachment a WHERE id = %L)', id)) - '{id,created_at,created_by,expires_at,linked_at}'::text[],
	'{"sha256": null, "filename": "file.jpg", "type": "image/jpeg", "size": 100, "district": "500103", "state": "cleaning", "reason": null, "protected": true}',
	'neither hash nor name') FROM made WHERE name = 'secret';
SELECT is(pg_temp.refused('ann', format('(SELECT api.attachment_check(a) FROM hz.attachment a WHERE id = %L)', id)) ->> 'code', 'attachment_not_ready', 'nor bytes') FROM made WHERE name = 'secret';
SELECT is(api.media_done((t ->> 'id')::bigint, 7, pg_temp.hash('clean'), 90), NULL, 'not by one whose lease is over') FROM task;
SELECT is(api.media_done((t ->> 'id')::bigint, 1, pg_temp.hash('clean'), 90), pg_temp.hash('secret'), 'done: the bytes to unlink') FROM task;
SELECT is(ARRAY[a.state, encode(a.sha256, 'hex'), a.size::text], ARRAY['here', pg_temp.hash('clean'), '90'], 'the clean ones take their place')
  FROM hz.attachment a, made WHERE a.id = made.id::uuid AND name = 'secret';
SELECT is((SELECT count(*) FROM hz.content WHERE sha256 = decode(pg_temp.hash('secret'), 'hex')), 0::bigint, 'nothing of the others is kept');
SELECT is(pg_temp.used(), (SELECT sum(size)::bigint FROM hz.content), 'and the count is right');

-- The job: what nobody linked goes, and then its content; what is linked stays.
CREATE FUNCTION pg_temp.job(p_sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v text;
BEGIN
	SET LOCAL ROLE hz_jobs;
	EXECUTE 'SELECT ' || p_sql INTO v;
	RESET ROLE;
	RETURN v;
END $$;
SELECT is(pg_temp.job('api.job_expire_attachments(100)'), '0', 'nothing is due');
SELECT set_config('app.clock', '2026-11-24T10:00:00+08:00', true) \g /dev/null
SELECT is(pg_temp.job('api.job_expire_attachments(100)'), '5', 'a day later: loose, the clean one, three of bob''s');
SELECT is((SELECT count(*) FROM hz.attachment WHERE linked_at IS NULL), 0::bigint, 'the linked ones stay');
SELECT is(ARRAY(SELECT x FROM (SELECT pg_temp.job('api.job_content_drop()') FROM generate_series(1, 4)) g (x) ORDER BY 1),
	ARRAY(SELECT pg_temp.hash(n) FROM unnest('{loose,clean,fourth}'::text[]) n ORDER BY 1) || NULL::text, 'their content goes, one at a time; bytes that others linked stay');
SELECT is(pg_temp.used(), (SELECT sum(size)::bigint FROM hz.content), 'and the count is right again');
SELECT is(pg_temp.job($$api.job_upload_state('00000000-0000-7000-8000-0000000000d1')$$), 'over', 'an upload whose time has passed');
SELECT is(pg_temp.job('api.job_expire_uploads(10)'), '0', 'is remembered for a while');

SELECT finish();
ROLLBACK;
