-- The data of the measurements: :findings findings in 40 districts, :large of them in one, :small in another, the rest evenly.
-- With :running the large district's are all open, each with a deadline that runs, and :clocks clocks beside them.
-- Run by the owner of a freshly deployed database. What a row costs to read is made as in real use (texts of real length, states
-- and deadlines mixed); the events of these rows are not, nobody reads them here.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SET statement_timeout = 0;
SET synchronous_commit = off;		-- of this load only
SET work_mem = '256MB';
SET maintenance_work_mem = '512MB';

BEGIN;
ALTER TABLE hz.finding DISABLE TRIGGER event;
ALTER TABLE hz.institution DISABLE TRIGGER event;
ALTER TABLE hz.actor DISABLE TRIGGER event;
ALTER TABLE hz.api_key DISABLE TRIGGER event;

-- A number that looks like chance and is the same in every run: 0 .. p_below - 1.
CREATE FUNCTION pg_temp.chance(p_n bigint, p_what text, p_below bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$ SELECT (hashtextextended(p_what, p_n) & 9223372036854775807) % p_below $$;

-- Ids in order of time, as the product makes them.
CREATE FUNCTION pg_temp.id(p_at timestamptz, p_n bigint, p_what text) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$
	SELECT (lpad(to_hex((extract(epoch FROM p_at) * 1000)::bigint), 12, '0') || '7' || substr(md5(p_what || p_n), 1, 3)
		|| '8' || substr(md5(p_what || p_n), 4, 15))::uuid
$$;

CREATE TEMP TABLE district ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY c.code) AS n, c.code,
       (SELECT array_agg(s.code ORDER BY s.code) FROM hz.region s WHERE s.parent = c.code AND s.level = 'street') AS streets
  FROM hz.region c
 WHERE c.level = 'county' AND EXISTS (SELECT FROM hz.region s WHERE s.parent = c.code AND s.level = 'street')
 ORDER BY c.code
 LIMIT 40;

INSERT INTO hz.actor (id, district, kind, name)
SELECT pg_temp.id('2025-01-01', n, 'actor'), code, 'person', '检查员' || n FROM district;

INSERT INTO hz.api_key (id, actor_id, key_hash, name, role, districts)
SELECT pg_temp.id('2025-01-01', i, 'key'), pg_temp.id('2025-01-01', 1 + i % 40, 'actor'), sha256(int8send(i)), '检查员', 'inspector',
       ARRAY[(SELECT code FROM district WHERE n = 1 + i % 40)]
  FROM generate_series(1, 2000) i;

-- 25 institutions a district; the large one has 500, the small one 5.
CREATE TEMP TABLE place ON COMMIT DROP AS
SELECT d.n AS district_n, d.code AS district, pg_temp.id('2025-01-02', d.n * 1000 + i, 'institution') AS id,
       d.streets[1 + i % cardinality(d.streets)] AS street, i,
       (ARRAY['elderly_care', 'child_welfare', 'funeral', 'relief'])[1 + i % 4] AS type,
       (SELECT string_agg(substr('ABCDEFGHJKLMNPQRSTUVWXYZ23456789', 1 + ((d.n * 1000 + i) / (32 ^ k)::bigint % 32)::int, 1), '' ORDER BY k)
          FROM generate_series(0, 6) k) AS code
  FROM district d CROSS JOIN LATERAL generate_series(1, CASE d.n WHEN 1 THEN 500 WHEN 2 THEN 5 ELSE 25 END) i;

INSERT INTO hz.institution (id, code, district, street, type, name, address, beds, principal_name, principal_phone)
SELECT id, code, district, street, type, '示例养老服务中心' || district_n || '-' || i, '示例路' || i || '号', 60 + i % 200, '负责人' || i, '13800000000'
  FROM place;

-- Three campaigns in the large district.
INSERT INTO hz.campaign (id, district, name, starts_on, ends_on, created_by)
SELECT pg_temp.id('2025-01-03', i, 'campaign'), code, '示例行动' || i, '2025-01-01', '2030-12-31', pg_temp.id('2025-01-01', 1, 'actor')
  FROM district, generate_series(1, 3) i WHERE n = 1;

-- The secondary indexes and foreign keys of the large table are made once it is full.
CREATE TEMP TABLE keys ON COMMIT DROP AS
SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
 WHERE conrelid = 'hz.finding'::regclass AND contype = 'f';
SELECT format('ALTER TABLE hz.finding DROP CONSTRAINT %I', conname) FROM keys \gexec
CREATE TEMP TABLE remade ON COMMIT DROP AS
SELECT indexname, indexdef FROM pg_indexes i
 WHERE schemaname = 'hz' AND tablename = 'finding'
   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname AND c.connamespace = 'hz'::regnamespace);
SELECT format('DROP INDEX hz.%I', indexname) FROM remade \gexec

INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description,
	location, key_place, suggestion, found_at, state, round, due_on, responsible_name, last_act_at, closed_at, version, created_at,
	created_by, updated_at, supervised, campaign_id)
SELECT pg_temp.id(f.found_at, f.n, 'finding'), p.district, p.id, p.type, p.street, f.category, f.severity, 'inspection',
       '消防通道内堆放床铺和杂物，疏散宽度不足，最窄处约 ' || 50 + pg_temp.chance(f.n, 'width', 60) || ' 厘米；第 ' || f.n || ' 条。',
       '主楼' || 1 + pg_temp.chance(f.n, 'floor', 6) || '层东侧', CASE WHEN f.n % 3 = 0 THEN '疏散通道' END,
       CASE WHEN f.n % 2 = 0 THEN '清走杂物，恢复通道净宽' END,
       f.found_at, f.state, 1,
       CASE WHEN f.state IN ('ordered', 'rectifying', 'reinspection_requested', 'closed') THEN
		CASE WHEN f.state = 'closed' THEN f.found_at::date + 15 ELSE current_date - 10 + pg_temp.chance(f.n, 'due', 40)::int END END,
       CASE WHEN f.state IN ('ordered', 'rectifying', 'reinspection_requested', 'closed') THEN '负责人' || p.i END,
       f.found_at, CASE WHEN f.state IN ('closed', 'dismissed') THEN f.found_at + interval '10 days' END, 3, f.found_at,
       pg_temp.id('2025-01-01', p.district_n, 'actor'), f.found_at, f.severity = 'major' AND f.n % 20 = 0 AND f.state NOT IN ('closed', 'dismissed'),
       CASE WHEN f.district_n = 1 AND f.n % 10 < 3 THEN pg_temp.id('2025-01-03', 1 + f.n % 10, 'campaign') END
  FROM (SELECT g.n, date_trunc('milliseconds', now()) - (:findings - g.n) * (interval '2 years' / :findings) AS found_at,
	       CASE WHEN g.n % (:findings / :small) = 0 THEN 2
		WHEN g.n % 10 < 10 * :large / :findings THEN 1
		ELSE 3 + pg_temp.chance(g.n, 'district', 38) END AS district_n,
	       (ARRAY['fire', 'food_drug', 'disaster', 'epidemic', 'personal', 'service', 'responsibility'])[1 + pg_temp.chance(g.n, 'category', 7)] AS category,
	       CASE WHEN pg_temp.chance(g.n, 'severity', 50) = 0 THEN 'major' ELSE 'general' END AS severity,
	       (ARRAY['reported', 'confirmed', 'ordered', 'ordered', 'rectifying', 'rectifying', 'reinspection_requested',
		'dismissed'])[1 + pg_temp.chance(g.n, 'state', 40)] AS open_state,
	       (ARRAY['ordered', 'rectifying', 'reinspection_requested'])[1 + pg_temp.chance(g.n, 'state', 3)] AS running_state
	  FROM generate_series(1, :findings) g (n)) g
 CROSS JOIN LATERAL (SELECT g.*, CASE WHEN :running = 1 AND g.district_n = 1 THEN g.running_state ELSE coalesce(g.open_state, 'closed') END AS state) f
  JOIN place p ON p.district_n = f.district_n
	AND p.i = 1 + pg_temp.chance(f.n, 'place', CASE f.district_n WHEN 1 THEN 500 WHEN 2 THEN 5 ELSE 25 END);

SELECT indexdef FROM remade \gexec
SELECT format('ALTER TABLE hz.finding ADD CONSTRAINT %I %s', conname, definition) FROM keys \gexec

INSERT INTO hz.deadline (id, finding_id, district, round, due_on, day_kind, days, reason, explanation, set_by, set_at)
SELECT pg_temp.id(f.found_at, row_number() OVER (ORDER BY f.id), 'deadline'), f.id, f.district, 1, f.due_on, 'calendar', 15, 'order',
       jsonb_build_array(jsonb_build_object('step', 'event', 'date', f.due_on - 15, 'basis', '《安全生产法》', 'text', '责改〔2026〕第 1 号 于 ' || f.due_on - 15 || ' 送达（直接送达）'),
		jsonb_build_object('step', 'rule', 'date', NULL, 'basis', '本局规则', 'text', '改正期限自送达次日起算（规则 days，第 1 版）'),
		jsonb_build_object('step', 'counting', 'date', f.due_on - 14, 'basis', '本局规则', 'text', '自送达次日起算，共 15 个自然日'),
		jsonb_build_object('step', 'result', 'date', f.due_on, 'basis', '本局规则', 'text', f.due_on || ' 24 时到期，次日起为逾期')),
       f.created_by, f.found_at
  FROM hz.finding f
 WHERE f.is_open AND f.due_on IS NOT NULL;

-- One in three is a permit that is not near yet; of the others every second is the inspector's.
INSERT INTO hz.clock (id, kind, district, institution_id, institution_type, street, finding_id, category, severity, resource, resource_id, title,
	responsible, started_at, due_on, shown_from, explanation)
SELECT pg_temp.id(c.found_at, c.n, 'clock'), v.kind, c.district, c.institution_id, c.institution_type, c.street,
       CASE WHEN v.near THEN c.id END, CASE WHEN v.near THEN c.category END, CASE WHEN v.near THEN c.severity END, v.resource,
       c.id, v.title, v.responsible, c.found_at, v.due_on,
       CASE WHEN NOT v.near THEN v.due_on - 60 END,
       jsonb_build_array(jsonb_build_object('step', 'event', 'date', v.due_on - 10, 'basis', NULL, 'text', v.title || '：自办理之日起'),
		jsonb_build_object('step', 'rule', 'date', NULL, 'basis', '本局规则', 'text', v.title || '（时限 ' || v.kind || '，第 1 版）'),
		jsonb_build_object('step', 'counting', 'date', v.due_on - 9, 'basis', '本局规则', 'text', '自次日起算，共 10 个自然日'),
		jsonb_build_object('step', 'result', 'date', v.due_on, 'basis', '本局规则', 'text', v.due_on || ' 24 时到期，次日起为逾期'))
  FROM (SELECT f.*, row_number() OVER () AS n FROM (SELECT f.* FROM hz.finding f JOIN district d ON d.code = f.district AND d.n = 1
	 ORDER BY f.id LIMIT :clocks) f) c
 CROSS JOIN LATERAL (SELECT c.n % 3 <> 0 AS near) x
 CROSS JOIN LATERAL (SELECT x.near, CASE WHEN x.near THEN 'reinspection' ELSE 'permit_notice' END AS kind,
	CASE WHEN x.near THEN 'finding' ELSE 'permit' END AS resource,
	CASE WHEN x.near THEN '申请复查后的复查时限' ELSE '证照到期提醒' END AS title,
	CASE WHEN c.n % 2 = 0 THEN '{inspector}' ELSE '{section_chief}' END::text[] AS responsible,
	current_date + CASE WHEN x.near THEN -10 + pg_temp.chance(c.n, 'clock', 40)::int ELSE 70 + pg_temp.chance(c.n, 'permit', 600)::int END AS due_on) v;

-- What to ask for, found by number so that a load generator may draw one: findings of an ordinary district, institutions of
-- another to which findings are added. Nothing is added to the districts that are read.
CREATE SCHEMA bench;
CREATE TABLE bench.district AS SELECT n, code, now() AS filled_at FROM district;
CREATE TABLE bench.sample AS
SELECT row_number() OVER (ORDER BY pg_temp.chance(extract(epoch FROM f.found_at)::bigint, 'sample', 1000000), f.id) AS n, f.id, f.institution_id
  FROM hz.finding f
 WHERE f.district = (SELECT code FROM district WHERE n = 3);
CREATE TABLE bench.place AS SELECT i AS n, id FROM place WHERE district_n = 4;
ALTER TABLE bench.sample ADD PRIMARY KEY (n);
ALTER TABLE bench.place ADD PRIMARY KEY (n);
GRANT USAGE ON SCHEMA bench TO hz_api;
GRANT SELECT ON bench.sample, bench.place TO hz_api;

ALTER TABLE hz.finding ENABLE TRIGGER event;
ALTER TABLE hz.institution ENABLE TRIGGER event;
ALTER TABLE hz.actor ENABLE TRIGGER event;
ALTER TABLE hz.api_key ENABLE TRIGGER event;
COMMIT;

VACUUM (ANALYZE) hz.finding, hz.deadline, hz.clock, hz.campaign, hz.calendar_date, hz.institution, hz.actor, hz.region, hz.api_key, hz.transition, hz.category, bench.sample, bench.place;
