-- Campaigns, one within the other, by the office.
INSERT INTO demo_step (at, actor, op, target, body)
SELECT pg_temp.at(-110, '10:00') + c.n * interval '5 minutes', 'office', 'campaigns', NULL, jsonb_strip_nulls(jsonb_build_object(
	'id', pg_temp.id('campaign', c.n), 'district', '500103', 'parent_id', pg_temp.id('campaign', nullif(c.n - 1, 0)), 'name', c.name, 'theme', c.theme,
	'document_number', c.number, 'starts_on', pg_temp.day(c.first), 'ends_on', pg_temp.day(c.last)))
  FROM (VALUES
	(1, '民政系统安全生产三年行动（演示）', NULL, '演示民〔三年〕1号', -300, 795),
	(2, '大排查大整治大执法百日行动（演示）', '查隐患、促整改、保平安', '演示民〔百日〕63号', -65, 34),
	(3, '安全生产月（演示）', '落实安全责任，推动安全发展', '演示民〔月〕64号', -20, 9)) c (n, name, theme, number, first, last);
