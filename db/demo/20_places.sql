-- Institutions: invented, every name marked 演示, at invented addresses; positions are near the middle of their
-- street in WGS-84. Mix: 11 street centres, 40 community stations, 6 private homes, 2 funeral, one each of the rest.

CREATE TEMPORARY TABLE demo_street (n integer, street text, lon numeric, lat numeric, road text);
INSERT INTO demo_street VALUES
	( 1, '500103001', 106.5632, 29.5570, '归元演示路'),   -- 七星岗
	( 2, '500103003', 106.5735, 29.5585, '听钟演示路'),   -- 解放碑
	( 3, '500103004', 106.5450, 29.5520, '双桥演示路'),   -- 两路口
	( 4, '500103005', 106.5385, 29.5630, '清溪演示路'),   -- 上清寺
	( 5, '500103007', 106.5468, 29.5465, '橘园演示路'),   -- 菜园坝
	( 6, '500103008', 106.5648, 29.5515, '南江演示路'),   -- 南纪门
	( 7, '500103010', 106.5808, 29.5635, '双江演示路'),   -- 朝天门
	( 8, '500103011', 106.5508, 29.5655, '溪口演示路'),   -- 大溪沟
	( 9, '500103012', 106.5145, 29.5415, '望坪演示路'),   -- 大坪
	(10, '500103013', 106.5118, 29.5570, '虹桥演示路'),   -- 化龙桥
	(11, '500103014', 106.4975, 29.5400, '石岭演示路');   -- 石油路

CREATE TEMPORARY TABLE demo_institution (
	key text PRIMARY KEY, n integer GENERATED ALWAYS AS IDENTITY, street integer, name text, type text, subtype text,
	ownership text, beds integer, residents integer, disabled integer, staff integer, risk text, status text DEFAULT 'operating');

-- The ones with a story first.
INSERT INTO demo_institution (key, street, name, type, subtype, ownership, beds, residents, disabled, staff, risk) VALUES
	('h1', 9, '晚晴护养院（演示）', 'elderly_care', 'skilled_nursing_home', 'private', 120, 103, 58, 46, 'orange'),
	('c1', 1, '七星岗街道养老服务中心（演示）', 'elderly_care', 'street_elderly_center', 'public_built_private_run', 60, 41, 12, 18, 'yellow'),
	('m1', 4, '区婚姻登记处（演示）', 'marriage_registration', 'marriage_registry', 'public', NULL, NULL, NULL, 14, 'blue'),
	('f1', 11, '静安殡仪服务站（演示）', 'funeral', 'funeral_service_station', 'private', NULL, NULL, NULL, 22, 'yellow'),
	('f2', 10, '松鹤骨灰堂（演示）', 'funeral', 'columbarium', 'public', NULL, NULL, NULL, 9, 'blue'),
	('r1', 5, '区救助管理站（演示）', 'relief', 'relief_station', 'public', 40, 7, 1, 19, 'yellow'),
	('k1', 10, '区儿童福利院（演示）', 'child_welfare', 'children_home', 'public', 80, 36, 21, 48, 'yellow'),
	('p1', 8, '溪畔精神障碍社区康复点（演示）', 'mental_health', 'community_rehabilitation', 'public_built_private_run', NULL, 24, 0, 7, 'yellow'),
	('o1', 3, '双桥社会工作服务站（演示）', 'other', 'social_work_station', 'public_built_private_run', NULL, NULL, NULL, 6, 'blue'),
	('h2', 11, '石岭颐年养老院（演示）', 'elderly_care', 'nursing_home', 'private', 150, 118, 44, 52, 'yellow'),
	('h3', 3, '桐荫里养老院（演示）', 'elderly_care', 'nursing_home', 'private', 86, 70, 25, 31, 'blue'),
	('h4', 10, '虹桥康宁护理院（演示）', 'elderly_care', 'skilled_nursing_home', 'private', 200, 164, 121, 88, 'orange'),
	('h5', 7, '双江老年公寓（演示）', 'elderly_care', 'nursing_home', 'private', 64, 39, 9, 20, 'red'),
	('h6', 6, '南江静好养老院（演示）', 'elderly_care', 'nursing_home', 'private', 98, 0, 0, 4, 'yellow');
UPDATE demo_institution SET status = 'suspended' WHERE key = 'h6';

INSERT INTO demo_institution (key, street, name, type, subtype, ownership, beds, residents, disabled, staff, risk)
SELECT 'c' || n, n, r.name || '养老服务中心（演示）', 'elderly_care', 'street_elderly_center',
       CASE n % 3 WHEN 0 THEN 'public' ELSE 'public_built_private_run' END,
       30 + n * 4, 18 + n * 3, 3 + n, 10 + n, CASE n % 4 WHEN 0 THEN 'yellow' ELSE 'blue' END
  FROM demo_street s JOIN hz.region r ON r.code = s.street
 WHERE n > 1
 ORDER BY n;

INSERT INTO demo_institution (key, street, name, type, subtype, ownership, beds, residents, disabled, staff, risk)
SELECT 's' || n, (n - 1) % 11 + 1, word || '社区养老服务站（演示）', 'elderly_care', 'community_elderly_station',
       CASE n % 5 WHEN 0 THEN 'private' WHEN 1 THEN 'public' ELSE 'public_built_private_run' END,
       CASE WHEN n % 4 = 0 THEN 8 ELSE 0 END, CASE WHEN n % 4 = 0 THEN 3 + n % 5 ELSE 0 END, CASE WHEN n % 8 = 0 THEN 2 ELSE 0 END,
       2 + n % 4, CASE WHEN n % 13 = 0 THEN 'yellow' ELSE 'blue' END
  FROM unnest(ARRAY['松影','竹溪','听涛','晓月','云栖','梧桐里','芷兰','石榴树','半山','清风',
                    '银杏','望月','晴川','枫林','南枝','新雨','古榕','长亭','桂子','采菊',
                    '雁归','麦香','小满','谷雨','白露','朝霞','暮云','兰亭','荷风','星河',
                    '橙子树','青石','花溪','春晖','秋实','宁静','和畅','知春','栖霞','同心']) WITH ORDINALITY AS w (word, n);
UPDATE demo_institution SET status = 'closed' WHERE key = 's40';

CREATE TEMPORARY TABLE demo_institution_body AS
SELECT i.key, pg_temp.id('institution', i.n) AS id, i.type, s.street,
       jsonb_build_object(
           'id', pg_temp.id('institution', i.n),
           'name', i.name, 'type', i.type, 'subtype', i.subtype, 'ownership', i.ownership,
           'uscc', CASE WHEN i.n % 9 <> 0   -- a few have none of their own: run by the street
                   THEN pg_temp.uscc(CASE i.ownership WHEN 'private' THEN '52' ELSE '12' END, '500103', i.n) END,
           'district', '500103', 'street', s.street,
           'address', s.road || (i.n * 7 % 180 + 1) || '号',
           'longitude', round(s.lon + ((i.n * 37 % 100) - 50) * 0.00004, 6),
           'latitude', round(s.lat + ((i.n * 53 % 100) - 50) * 0.00003, 6),
           'coordinate_system', 'wgs84',
           'beds', i.beds, 'residents', i.residents, 'disabled_residents', i.disabled, 'staff', i.staff,
           'principal_name', pg_temp.person(i.n), 'principal_phone', '023-6000' || lpad((i.n * 2)::text, 4, '0'),
           'safety_officer_name', pg_temp.person(i.n + 100), 'safety_officer_phone', '023-6000' || lpad((i.n * 2 + 1)::text, 4, '0'),
           'org_unit_id', pg_temp.id('unit', CASE i.type WHEN 'elderly_care' THEN 2 WHEN 'relief' THEN 4 WHEN 'child_welfare' THEN 5
                                             WHEN 'mental_health' THEN 4 ELSE 3 END),
           'risk_grade', i.risk, 'status', i.status,
           'permits', permits.list) AS body
  FROM demo_institution i
  JOIN demo_street s ON s.n = i.street
 CROSS JOIN LATERAL (
       SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'number', '演示' || prefix || lpad(i.n::text, 4, '0'),
                                                    'expires_on', pg_temp.day(days))), '[]') AS list
         FROM (VALUES ('食品经营许可证', 'SP', 40 + i.n * 19 % 900, i.type IN ('elderly_care', 'child_welfare', 'relief')),
                      ('消防验收', 'XF', 3650, i.beds > 20 OR i.type IN ('funeral', 'marriage_registration')),
                      ('电梯使用登记', 'DT', CASE WHEN i.key = 'h5' THEN -6 ELSE 15 + i.n * 23 % 340 END, i.beds > 60)) AS p (kind, prefix, days, has)
        WHERE has) AS permits;
