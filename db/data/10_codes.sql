-- Code tables. Source: the ten categories are those of the district notice 渝中民〔2021〕63号 (part two,
-- paragraph two), in its order; types, subtypes and ownership are the office's own list (office default).
-- A code, once used, is never taken away; names may be mended here.

INSERT INTO hz.category AS c (code, position, name_zh, name_en, sensitive) VALUES
	('fire',            1, '消防安全', 'Fire safety',              false),
	('food_drug',       2, '食药安全', 'Food and drug safety',     false),
	('disaster',        3, '灾害安全', 'Natural disaster safety',  false),
	('epidemic',        4, '疫情安全', 'Epidemic safety',          false),
	('political',       5, '政治安全', 'Political safety',         true),
	('public_opinion',  6, '舆情安全', 'Public opinion safety',    true),
	('personal',        7, '人身安全', 'Personal safety',          false),
	('psychological',   8, '心理安全', 'Psychological safety',     true),
	('service',         9, '服务安全', 'Service safety',           false),
	('responsibility', 10, '安全责任', 'Safety responsibility',    false)
ON CONFLICT (code) DO UPDATE
   SET position = EXCLUDED.position, name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en, sensitive = EXCLUDED.sensitive
 WHERE (c.position, c.name_zh, c.name_en, c.sensitive)
       IS DISTINCT FROM (EXCLUDED.position, EXCLUDED.name_zh, EXCLUDED.name_en, EXCLUDED.sensitive);

INSERT INTO hz.institution_type AS t (code, position, name_zh, name_en) VALUES
	('elderly_care',          1, '养老服务机构',     'Elderly care institution'),
	('funeral',               2, '殡葬服务机构',     'Funeral service institution'),
	('marriage_registration', 3, '婚姻登记机构',     'Marriage registration office'),
	('child_welfare',         4, '儿童福利机构',     'Child welfare institution'),
	('relief',                5, '救助管理机构',     'Relief and assistance station'),
	('mental_health',         6, '精神卫生福利机构', 'Mental health welfare institution'),
	('other',                 7, '其他民政服务机构', 'Other civil affairs institution')
ON CONFLICT (code) DO UPDATE
   SET position = EXCLUDED.position, name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en
 WHERE (t.position, t.name_zh, t.name_en) IS DISTINCT FROM (EXCLUDED.position, EXCLUDED.name_zh, EXCLUDED.name_en);

INSERT INTO hz.institution_subtype AS s (code, type, position, name_zh, name_en) VALUES
	('street_elderly_center',       'elderly_care',           1, '街道养老服务中心',   'Street elderly service centre'),
	('community_elderly_station',   'elderly_care',           2, '社区养老服务站',     'Community elderly service station'),
	('nursing_home',                'elderly_care',           3, '养老院',             'Home for the elderly'),
	('skilled_nursing_home',        'elderly_care',           4, '护理院',             'Skilled nursing home'),
	('rural_elderly_home',          'elderly_care',           5, '敬老院',             'Rural home for the elderly'),
	('welfare_institute',           'elderly_care',           6, '社会福利院',         'Social welfare institute'),
	('day_care_center',             'elderly_care',           7, '日间照料中心',       'Day care centre'),
	('elderly_canteen',             'elderly_care',           8, '老年食堂（助餐点）', 'Canteen for the elderly'),
	('funeral_home',                'funeral',                1, '殡仪馆',             'Funeral home'),
	('funeral_service_station',     'funeral',                2, '殡仪服务站',         'Funeral service station'),
	('cemetery',                    'funeral',                3, '公墓',               'Cemetery'),
	('columbarium',                 'funeral',                4, '骨灰堂',             'Columbarium'),
	('marriage_registry',           'marriage_registration',  1, '婚姻登记处',         'Marriage registry'),
	('marriage_counselling_room',   'marriage_registration',  2, '婚姻家庭辅导室',     'Marriage and family counselling room'),
	('children_home',               'child_welfare',          1, '儿童福利院',         'Children''s welfare home'),
	('minor_protection_center',     'child_welfare',          2, '未成年人救助保护中心', 'Protection centre for minors'),
	('relief_station',              'relief',                 1, '救助管理站',         'Relief station'),
	('trustee_care_point',          'relief',                 2, '托养照料点',         'Entrusted care point'),
	('mental_hospital',             'mental_health',          1, '精神卫生福利医院',   'Mental health welfare hospital'),
	('community_rehabilitation',    'mental_health',          2, '精神障碍社区康复点', 'Community rehabilitation point'),
	('social_work_station',         'other',                  1, '社会工作服务站',     'Social work station'),
	('lottery_outlet',              'other',                  2, '福利彩票销售场所',   'Welfare lottery outlet'),
	('charity_supermarket',         'other',                  3, '慈善超市',           'Charity shop')
ON CONFLICT (code) DO UPDATE
   SET type = EXCLUDED.type, position = EXCLUDED.position, name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en
 WHERE (s.type, s.position, s.name_zh, s.name_en)
       IS DISTINCT FROM (EXCLUDED.type, EXCLUDED.position, EXCLUDED.name_zh, EXCLUDED.name_en);

INSERT INTO hz.ownership AS o (code, position, name_zh, name_en) VALUES
	('public',                    1, '公办',     'Public'),
	('public_built_private_run',  2, '公建民营', 'Publicly built, privately run'),
	('private',                   3, '民办',     'Private')
ON CONFLICT (code) DO UPDATE
   SET position = EXCLUDED.position, name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en
 WHERE (o.position, o.name_zh, o.name_en) IS DISTINCT FROM (EXCLUDED.position, EXCLUDED.name_zh, EXCLUDED.name_en);
