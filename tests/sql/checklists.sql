-- The checklists as deployed: one of the office's and one of its own for every type, each whole and made for its type; and which
-- visits take which.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql

CREATE TEMPORARY VIEW list AS SELECT c.* FROM hz.checklist c WHERE api.checklist_current(c);
CREATE TEMPORARY VIEW item AS SELECT i.*, l.code, l.institution_type, l.audience FROM hz.checklist_item i JOIN list l ON l.id = i.checklist_id;

SELECT is((SELECT string_agg(t.code || ' ' || a, ', ' ORDER BY t.position, a) FROM hz.institution_type t CROSS JOIN unnest('{office,institution}'::text[]) a
            WHERE (SELECT count(*) FROM list l WHERE l.institution_type = t.code AND l.audience = a) <> 1), NULL,
	'every type has one list of the office''s in force and one of its own');
SELECT is((SELECT string_agg(code, ' ') FROM list WHERE code <> institution_type || CASE audience WHEN 'institution' THEN '_self' ELSE '' END), NULL,
	'a list is called after its type');
SELECT is((SELECT string_agg(l.code || ' ' || c.code, ', ' ORDER BY l.code, c.position) FROM list l CROSS JOIN hz.category c
            WHERE (SELECT count(*) FROM item i WHERE i.checklist_id = l.id AND i.category = c.code) < CASE l.audience WHEN 'office' THEN 4 ELSE 2 END), NULL,
	'every category has its items: four at least in the office''s, two in own lists');
SELECT is((SELECT string_agg(code || ' ' || n, ', ') FROM (SELECT code, audience, count(*) AS n FROM item GROUP BY 1, 2) s
            WHERE n NOT BETWEEN CASE audience WHEN 'office' THEN 44 ELSE 20 END AND CASE audience WHEN 'office' THEN 60 ELSE 30 END), NULL,
	'long enough to be of use, short enough for one visit');
SELECT is((SELECT string_agg(code || ': ' || content, '; ') FROM (SELECT code, content FROM item GROUP BY code, content HAVING count(*) > 1) d), NULL,
	'nothing stands twice in one list');
SELECT is((SELECT string_agg(DISTINCT a.code || ' ' || b.code, ', ')
             FROM list a JOIN list b ON a.code < b.code
            WHERE (SELECT count(*) FROM item x JOIN item y ON x.content = y.content WHERE x.checklist_id = a.id AND y.checklist_id = b.id)
                  > 0.1 * (SELECT min(n) FROM (SELECT count(*) AS n FROM item WHERE checklist_id IN (a.id, b.id) GROUP BY checklist_id) s)), NULL,
	'lists are no copies of one another: a tenth at most is word for word the same');
SELECT is((SELECT string_agg(code || ': ' || content, '; ') FROM item WHERE length(content) NOT BETWEEN 6 AND 120 OR length(method) NOT BETWEEN 4 AND 120), NULL,
	'each is one short sentence');
SELECT is((SELECT string_agg(code || ': ' || content, '; ') FROM item
            WHERE audience = 'institution' AND (method !~ '^每[日周月]：' OR legal_basis IS NOT NULL)), NULL,
	'own lists say how often, and claim no law');
SELECT is((SELECT string_agg(code, ' ') FROM (SELECT code FROM item WHERE audience = 'office' GROUP BY code HAVING count(legal_basis) < 15) s), NULL,
	'a good part of the office''s lists rests on law');
SELECT is((SELECT string_agg(i.id::text, ' ') FROM item i WHERE left(i.id::text, 23) <> left(i.checklist_id::text, 23)), NULL, 'ids of items lie in the range of their list');

-- What the issue and the demonstration ask for by name.
SELECT is((SELECT string_agg(w.list || ' ' || w.category || ' ' || w.words, ', ') FROM (VALUES
	('elderly_care', 'fire', '出口.*上锁'), ('elderly_care', 'food_drug', '125 克.*48 小时'), ('elderly_care', 'personal', '呼叫器'),
	('marriage_registration', 'fire', '颁证厅.*阻燃'), ('marriage_registration', 'food_drug', '饮水机.*清洗记录'),
	('marriage_registration', 'disaster', '临街积水.*处置'), ('marriage_registration', 'epidemic', '叫号分流.*风'),
	('marriage_registration', 'political', '国旗国徽使用规范'), ('marriage_registration', 'public_opinion', '520.*高峰预案'),
	('marriage_registration', 'personal', '冲突处置'), ('marriage_registration', 'personal', '一键报警'),
	('marriage_registration', 'psychological', '辅导室开放'), ('marriage_registration', 'service', '断网应急'),
	('marriage_registration', 'service', '空白证件入柜'), ('marriage_registration', 'responsibility', '值班带班表'),
	('funeral', 'fire', '祭扫用火.*有人看护'), ('funeral', 'fire', '火化炉的?燃气.*检测'), ('funeral', 'food_drug', '防腐药剂.*双锁'),
	('funeral', 'food_drug', '守灵餐.*许可'), ('funeral', 'disaster', '边坡监测记录'), ('funeral', 'epidemic', '传染病遗体处置.*防护'),
	('funeral', 'political', '挽联.*审'), ('funeral', 'political', '碑文.*审'), ('funeral', 'public_opinion', '收费公示'),
	('funeral', 'personal', '清明.*人流管控'), ('funeral', 'psychological', '哀伤抚慰'), ('funeral', 'psychological', '员工疏导'),
	('funeral', 'service', '遗体身份双人核对'), ('funeral', 'responsibility', '炉车.*维保责任人'),
	('child_welfare', 'personal', '违法?犯罪|性侵害'), ('child_welfare', 'fire', '抱'), ('relief', 'personal', '女性受助人员由女性工作人员'),
	('relief', 'public_opinion', '寻亲'), ('mental_health', 'personal', '约束'), ('mental_health', 'food_drug', '看服到口'),
	('other', 'personal', '未成年人'), ('other', 'public_opinion', '募捐')) AS w (list, category, words)
	WHERE NOT EXISTS (SELECT FROM item i WHERE i.code = w.list AND i.category = w.category AND i.content ~ w.words)), NULL, 'the words asked for');

-- Which visits take which list.
CREATE FUNCTION pg_temp.plan(p_who text, p_kind text, p_code text) RETURNS text	-- NULL: taken; else the fault's code and place
LANGUAGE sql AS $$
	SELECT (SELECT r ->> 'status' || ' ' || (r #>> '{errors,0,pointer}') || ' ' || (r #>> '{errors,0,code}')
	          FROM pg_temp.refused(p_who, 'api.inspection_create($1)', jsonb_build_object(
			'institution_id', '00000000-0000-7000-8000-0000000000a1', 'kind', p_kind, 'checklist_id', l.id)) r)
	  FROM list l WHERE l.code = p_code
$$;
SELECT is(ARRAY[pg_temp.plan(w.who, w.kind, 'elderly_care'), pg_temp.plan(w.who, w.kind, 'elderly_care_self')],
	ARRAY[NULL, '422 /checklist_id rule_violated'], w.kind || ' takes the office''s list and no self-check list')
  FROM (VALUES ('ann', 'routine'), ('ann', 'special'), ('chief', 'case'), ('street', 'patrol'), ('chief', 'supervision')) AS w (who, kind);
SELECT is(ARRAY[pg_temp.plan('home', kind, 'elderly_care_self'), pg_temp.plan('home', kind, 'elderly_care'), pg_temp.plan('home', kind, 'funeral_self')],
	ARRAY[NULL, '422 /checklist_id rule_violated', '422 /checklist_id rule_violated'],
	kind || ' takes the own list, none of the office''s, none of another type')
  FROM unnest('{self,sweep,red_armband}'::text[]) AS kind;
SELECT is(pg_temp.plan('ann', 'routine', 'relief'), '422 /checklist_id rule_violated', 'nor does the office');
CREATE TEMPORARY TABLE made ON COMMIT DROP AS
SELECT (pg_temp.call('home', 'api.inspection_create($1)', '{"institution_id": "00000000-0000-7000-8000-0000000000a1", "kind": "self"}') ->> 'id')::uuid AS id;
SELECT is(pg_temp.faults(pg_temp.refused('home', format('api.inspection_patch(%L, 1, $1)', made.id), jsonb_build_object('checklist_id', l.id))),
	'{"/checklist_id": "rule_violated"}', 'not when the plan is changed either') FROM made, list l WHERE l.code = 'elderly_care';
SELECT is(pg_temp.call('home', format('api.inspection_patch(%L, 1, $1)', made.id), jsonb_build_object('checklist_id', l.id)) ->> 'checklist_id', l.id::text,
	'its own goes in') FROM made, list l WHERE l.code = 'elderly_care_self';

SELECT * FROM finish();
ROLLBACK;
