-- Codes of the measures: bodies a finding is handed over to (office default), kinds of penalty, segregation of duties. A code, once used,
-- is never taken away.
INSERT INTO hz.receiving_body AS b (code, position, name_zh, name_en) VALUES
	('fire_rescue',        1, '消防救援机构',         'Fire and rescue'),
	('market_regulation',  2, '市场监督管理部门',     'Market regulation'),
	('health',             3, '卫生健康部门',         'Health'),
	('housing',            4, '住房和城乡建设部门',   'Housing and urban-rural development'),
	('natural_resources',  5, '规划和自然资源部门',   'Planning and natural resources'),
	('police',             6, '公安机关',             'Public security'),
	('emergency',          7, '应急管理部门',         'Emergency management'),
	('other',             99, '其他部门',             'Other')
ON CONFLICT (code) DO UPDATE
   SET position = EXCLUDED.position, name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en
 WHERE (b.position, b.name_zh, b.name_en) IS DISTINCT FROM (EXCLUDED.position, EXCLUDED.name_zh, EXCLUDED.name_en);

-- 《行政处罚法》第九条, without the detention that only the police decide. A fine is paid within the period of 第六十七条.
INSERT INTO hz.penalty_kind AS k (code, position, name_zh, name_en, with_amount, to_be_paid, legal_basis, basis_read) VALUES
	('warning',               1, '警告',               'Warning',                          false, false, '《行政处罚法》（2021 年修订）第九条第一项', true),
	('criticism',             2, '通报批评',           'Circulated criticism',             false, false, '《行政处罚法》（2021 年修订）第九条第一项', true),
	('fine',                  3, '罚款',               'Fine',                             true,  true,  '《行政处罚法》（2021 年修订）第九条第二项', true),
	('income_confiscated',    4, '没收违法所得',       'Confiscation of unlawful income',  true,  false, '《行政处罚法》（2021 年修订）第九条第二项', true),
	('property_confiscated',  5, '没收非法财物',       'Confiscation of unlawful property', false, false, '《行政处罚法》（2021 年修订）第九条第二项', true),
	('permit_suspended',      6, '暂扣许可证件',       'Permit withheld',                  false, false, '《行政处罚法》（2021 年修订）第九条第三项', true),
	('grade_lowered',         7, '降低资质等级',       'Grade lowered',                    false, false, '《行政处罚法》（2021 年修订）第九条第三项', true),
	('permit_revoked',        8, '吊销许可证件',       'Permit revoked',                   false, false, '《行政处罚法》（2021 年修订）第九条第三项', true),
	('activity_restricted',   9, '限制开展生产经营活动', 'Activities restricted',           false, false, '《行政处罚法》（2021 年修订）第九条第四项', true),
	('business_suspended',   10, '责令停产停业',       'Business suspended',               false, false, '《行政处罚法》（2021 年修订）第九条第四项', true),
	('business_closed',      11, '责令关闭',           'Business closed',                  false, false, '《行政处罚法》（2021 年修订）第九条第四项', true),
	('practice_restricted',  12, '限制从业',           'Practice restricted',              false, false, '《行政处罚法》（2021 年修订）第九条第四项', true),
	('other',                99, '其他行政处罚',       'Other penalty laid down by law',   false, false, '《行政处罚法》（2021 年修订）第九条第六项', true)
ON CONFLICT (code) DO UPDATE
   SET position = EXCLUDED.position, name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en, with_amount = EXCLUDED.with_amount,
       to_be_paid = EXCLUDED.to_be_paid, legal_basis = EXCLUDED.legal_basis, basis_read = EXCLUDED.basis_read;

-- Judged by the actor, so that two keys of one person do not defeat it; the database refuses the row itself.
DELETE FROM hz.segregation;
INSERT INTO hz.segregation (resource, command, excluded_by, legal_basis, basis_read) VALUES
	('finding', 'reinspections', '{progress-reports,reinspection-requests,self-acceptances}', NULL, false),
	('finding', 'closure-approvals', '{reinspections,progress-reports,reinspection-requests,self-acceptances}', NULL, false),
	('finding', 'spot-checks', '{progress-reports,self-acceptances}', NULL, false),
	('penalty_case', 'heard', '{investigated}', '《行政处罚法》（2021 年修订）第六十四条第四项', true),
	('penalty_case', 'decided', '{investigated}', '《行政处罚法》（2021 年修订）第五十七条', true);
