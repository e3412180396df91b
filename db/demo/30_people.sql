-- The bureau's units and the people who act in the demo. Keys are not made here: `make key ACTOR=… ROLE=…`.

INSERT INTO hz.org_unit (id, district, kind, name, parent_id) VALUES
	(pg_temp.id('unit', 1), '500103', 'bureau', '渝中区民政局（演示）', NULL);
INSERT INTO hz.org_unit (id, district, kind, name, parent_id, phone) VALUES
	(pg_temp.id('unit', 2), '500103', 'section', '养老服务科（演示）', pg_temp.id('unit', 1), '023-60009002'),
	(pg_temp.id('unit', 3), '500103', 'section', '社会事务科（演示）', pg_temp.id('unit', 1), '023-60009003'),
	(pg_temp.id('unit', 4), '500103', 'section', '社会救助科（演示）', pg_temp.id('unit', 1), '023-60009004'),
	(pg_temp.id('unit', 5), '500103', 'section', '儿童福利科（演示）', pg_temp.id('unit', 1), '023-60009005'),
	(pg_temp.id('unit', 6), '500103', 'section', '办公室（演示）', pg_temp.id('unit', 1), '023-60009006'),
	(pg_temp.id('unit', 7), '500103', 'section', '安全监管科（演示）', pg_temp.id('unit', 1), '023-60009007'),
	(pg_temp.id('unit', 8), '500103', 'subordinate', '区救助管理站（演示）', pg_temp.id('unit', 4), '023-60009008'),
	(pg_temp.id('unit', 9), '500103', 'subordinate', '区儿童福利院（演示）', pg_temp.id('unit', 5), '023-60009009');
INSERT INTO hz.org_unit (id, district, kind, name, parent_id, street)
SELECT pg_temp.id('unit', 20 + s.n), '500103', 'street', r.name || '民政办（演示）', pg_temp.id('unit', 1), r.code
  FROM demo_street s JOIN hz.region r ON r.code = s.street;

CREATE TEMPORARY TABLE demo_actor (
	key text PRIMARY KEY, n integer, id uuid GENERATED ALWAYS AS (pg_temp.id('actor', n)) STORED, name text, post text,
	role text, unit integer, certificate_no text, streets text[] DEFAULT '{}', places text[] DEFAULT '{}');

INSERT INTO demo_actor (key, n, name, post, role, unit, certificate_no) VALUES
	('admin',    1, '顾南枝', '系统管理员',       'admin',         6, NULL),
	('leader',   2, '梁怀远', '分管副局长',       'leader',        1, NULL),
	('chief1',   3, '苏知秋', '养老服务科科长',   'section_chief', 2, '演示执法0003'),
	('chief2',   4, '罗景明', '社会事务科科长',   'section_chief', 3, '演示执法0004'),
	('i1',       5, '周砚青', '检查员',           'inspector',     7, '演示执法0005'),
	('i2',       6, '何以宁', '检查员',           'inspector',     7, '演示执法0006'),
	('i3',       7, '江予安', '检查员',           'inspector',     3, '演示执法0007'),
	('i4',       8, '田牧野', '检查员',           'inspector',     7, '演示执法0008'),
	('office',   9, '方清浅', '办公室干部',       'office',        6, NULL),
	('auditor', 10, '石守正', '审计干部',         'auditor',       6, NULL),
	('handler', 11, '温如故', '举报办理人',       'handler',       7, NULL),
	('custodian', 12, '秦默然', '举报信息保密员', 'custodian',     6, NULL),
	('system',  13, '市民政数据平台（演示）', NULL, 'integration', 6, NULL);

INSERT INTO demo_actor (key, n, name, post, role, unit, streets)
SELECT 'st' || n, 20 + n, pg_temp.person(40 + n), '街道民政办干部', 'street', 20 + n, ARRAY[street] FROM demo_street;

-- Safety officers: one a place; four operators hold ten community stations each; one carer who reports.
INSERT INTO demo_actor (key, n, name, post, role, places)
SELECT 'inst_' || key, 100 + n, pg_temp.person(n + 100), '安全管理员', 'institution', ARRAY[key]
  FROM demo_institution WHERE key !~ '^s';
INSERT INTO demo_actor (key, n, name, post, role, places)
SELECT 'inst_s' || chr(96 + g), 60 + g, pg_temp.person(70 + g), '站点负责人', 'institution',
       ARRAY(SELECT key FROM demo_institution WHERE key ~ '^s' AND (substr(key, 2)::integer - 1) / 10 + 1 = g ORDER BY n)
  FROM generate_series(1, 4) AS g;
INSERT INTO demo_actor (key, n, name, post, role, places) VALUES
	('staff_h1', 70, '乔小满', '护理员', 'staff', '{h1}'),
	('staff_h2', 71, '陆谷雨', '护理员', 'staff', '{h2}');

INSERT INTO hz.actor (id, district, kind, name, phone, certificate_no, org_unit_id)
SELECT id, '500103', CASE role WHEN 'integration' THEN 'system' ELSE 'person' END, name,
       CASE WHEN role <> 'integration' THEN '023-6001' || lpad(n::text, 4, '0') END, certificate_no, pg_temp.id('unit', unit)
  FROM demo_actor;
