-- The code tables as deployed: complete, in order, each item of the checklist something one can check.
BEGIN;
SELECT no_plan();

SELECT is((SELECT string_agg(code, ' ' ORDER BY position) FROM hz.category),
	'fire food_drug disaster epidemic political public_opinion personal psychological service responsibility',
	'the ten categories in the order of the notice');
SELECT is((SELECT string_agg(code, ' ' ORDER BY position) FROM hz.category WHERE sensitive), 'political public_opinion psychological',
	'three of them are narrower to read');
SELECT is((SELECT count(*)::int FROM hz.institution_type t WHERE NOT EXISTS (SELECT FROM hz.institution_subtype s WHERE s.type = t.code)), 0,
	'every type has subtypes');

SELECT is((SELECT string_agg(code || name, ' ' ORDER BY code) FROM hz.region WHERE parent = '500103'),
	'500103001七星岗街道 500103003解放碑街道 500103004两路口街道 500103005上清寺街道 500103007菜园坝街道 500103008南纪门街道 '
	|| '500103010朝天门街道 500103011大溪沟街道 500103012大坪街道 500103013化龙桥街道 500103014石油路街道',
	'the eleven streets of 渝中区');
SELECT is((SELECT string_agg(level || count, ' ' ORDER BY count) FROM (SELECT level, count(*) FROM hz.region GROUP BY level) l),
	'province34 city342 county2975 street41352', 'the whole country');
SELECT is((SELECT string_agg(name, '/' ORDER BY length(code), code) FROM hz.region WHERE code IN ('500000', '500100', '500103')),
	'重庆市/市辖区/渝中区', 'codes of counties and above have six digits');
SELECT is((SELECT parent FROM hz.region WHERE code = '441900003'), '441900', 'a city without counties is the parent of its streets');
SELECT is((SELECT count(*)::int FROM hz.region r JOIN hz.region p ON p.code = r.parent
            WHERE (p.level, r.level) NOT IN (('province', 'city'), ('city', 'county'), ('county', 'street'), ('city', 'street'))), 0,
	'each hangs on the level above');

SELECT is((SELECT count(*)::int FROM hz.category c
            WHERE (SELECT count(*) FROM hz.checklist_item i JOIN hz.checklist l ON l.id = i.checklist_id
                    WHERE l.code = 'elderly_care' AND l.version = 1 AND i.category = c.code) < 4), 0,
	'at least four items in every category for elderly care');
SELECT is((SELECT count(*)::int FROM hz.checklist_item WHERE coalesce(key_place, '') = '' OR coalesce(method, '') = ''), 0,
	'every item says where and how');
SELECT is((SELECT count(*)::int FROM hz.checklist_item WHERE basis_read AND legal_basis IS NULL), 0,
	'nothing was read where nothing is cited');
SELECT is((SELECT count(*)::int FROM (SELECT content FROM hz.checklist_item GROUP BY checklist_id, content HAVING count(*) > 1) d), 0,
	'no item stands twice');

SELECT * FROM finish();
ROLLBACK;
