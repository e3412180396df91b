-- 重大事故隐患判定标准: what makes a hazard a major one, by type of institution, clause by clause in the office's own words.
-- basis_read = true: the text of that clause was read; of a standard: all of it was. Conditions of articles that were not read are
-- not listed one by one: the clause that names their kind stands for them, and a finding says in words (violated_clause) what it is.
-- Findings point at clauses: a published clause is never rewritten, a new edition is a new standard with clauses of its own,
-- and the old one is given its effective_to.
INSERT INTO hz.hazard_standard AS s (id, code, edition, title, title_en, document_number, issued_by, institution_type, effective_from, effective_to,
	source, basis_read) VALUES
	('01900000-0000-7000-8001-000000000100', 'elderly_care', '2023', '养老机构重大事故隐患判定标准', 'Criteria for major accident hazards in elderly care institutions',
	 '民办发〔2023〕13号', '民政部办公厅', 'elderly_care', '2023-11-27', NULL,
	 '读到第一条至第四条、第五条第一至三项（法律图书馆等网站转载的全文，前半）；共 22 种情形，其余各条未读到，只列第三条所分的方面；施行日取印发日', false),
	('01900000-0000-7000-8001-000000000200', 'child_welfare', '2024', '儿童福利机构重大事故隐患判定标准', 'Criteria for major accident hazards in child welfare institutions',
	 '民办发〔2024〕14号', '民政部办公厅', 'child_welfare', '2024-09-12', NULL,
	 '读到第一条、第二条和第三条第一项的开头（网站转载的全文，前半）；文号据检查标准清单的引用；共 28 种情形，其余未读到，只列第二条所分的方面；施行日取印发日', false),
	('01900000-0000-7000-8001-000000000300', 'mental_health', '2025', '精神卫生福利机构重大事故隐患判定标准', 'Criteria for major accident hazards in mental health welfare institutions',
	 '民办发〔2025〕1号', '民政部办公厅', 'mental_health', '2025-02-19', NULL,
	 '读到第一条、第二条和第三条的开头（EHS 法规库转载），四个方面和举例据新华社 2025 年 2 月 25 日报道；共 17 种情形，未逐项读到', false)
ON CONFLICT (id) DO UPDATE
   SET effective_to = EXCLUDED.effective_to, source = EXCLUDED.source, basis_read = EXCLUDED.basis_read
 WHERE s.loaded_at IS NULL AND (s.effective_to, s.source, s.basis_read) IS DISTINCT FROM (EXCLUDED.effective_to, EXCLUDED.source, EXCLUDED.basis_read);

INSERT INTO hz.hazard_clause AS c (id, standard_id, position, category, citation, content, basis_read)
SELECT ('01900000-0000-7000-8001-' || lpad((v.standard + v.position)::text, 12, '0'))::uuid,
       ('01900000-0000-7000-8001-' || lpad(v.standard::text, 12, '0'))::uuid, v.position, v.category, v.citation, v.content, v.basis_read
  FROM (VALUES
	-- 养老机构
	(100, 1, 'disaster', '第四条第一项', '房屋经鉴定为 C 级或 D 级危房，或者住房城乡建设部门认为建筑安全有重大隐患', true),
	(100, 2, 'fire', '第四条第二项', '建筑防火设计或者消防、电气、燃气等设施设备，经住建、消防等部门检查或第三方机构评估，达不到法律法规和强制性标准，不具备消防安全条件', true),
	(100, 3, 'fire', '第四条第三项', '违规用易燃可燃芯材的彩钢板搭建有人活动的房屋，或者大量用易燃可燃材料装修装饰', true),
	(100, 4, 'personal', '第四条第四项', '在用的电梯、锅炉、氧气管道等特种设备未经许可生产、未检验或检验不合格，或者已被淘汰、已报废', true),
	(100, 5, 'service', '第五条第一项', '内设医疗机构没有执业许可，也没有依法备案', true),
	(100, 6, 'food_drug', '第五条第二项', '内设食堂没有食品经营许可', true),
	(100, 7, 'responsibility', '第五条第三项', '特种设备的安全管理、检测等由没有相应资格的人从事', true),
	(100, 8, 'responsibility', '第三条第二项', '安全生产相关资格资质不合法定要求（第五条第一至三项以外的，请写明具体情形）', true),
	(100, 9, 'responsibility', '第三条第三项', '日常管理有严重问题（请写明具体情形）', true),
	(100, 10, 'service', '第三条第四项', '严重违法违规提供服务（请写明具体情形）', true),
	(100, 11, 'responsibility', '第三条第五项', '其他可能造成人员重大伤亡、财产重大损失的情形（请写明，并附论证意见）', true),
	-- 儿童福利机构
	(200, 1, 'disaster', '第二条第一项', '房屋建筑方面的重大事故隐患（请写明具体情形）', true),
	(200, 2, 'fire', '第二条第二项', '设施设备方面的重大事故隐患（请写明具体情形）', true),
	(200, 3, 'responsibility', '第二条第三项', '相关资质不合法定要求，例如动火、电工、电梯、锅炉等特种作业由没有相应资格的人担任（请写明具体情形）', false),
	(200, 4, 'responsibility', '第二条第四项', '日常管理方面的重大事故隐患（请写明具体情形）', true),
	(200, 5, 'responsibility', '第二条第五项', '其他重大事故隐患（请写明，并附论证意见）', true),
	(200, 6, 'disaster', '第三条第一项', '选址不合国家规定，与易燃易爆等危险场所没有保持应有的距离', false),
	-- 精神卫生福利机构
	(300, 1, 'disaster', '第三条第一项', '设施设备方面的重大事故隐患，例如擅自变动房屋主体和承重结构（请写明具体情形）', false),
	(300, 2, 'responsibility', '第三条第二项', '相关资格资质不合法定要求，例如消防控制室由没有相应资格的人值班（请写明具体情形）', false),
	(300, 3, 'responsibility', '第三条第三项', '日常管理方面的重大事故隐患，例如没有按规定制定应急预案或者没有定期演练（请写明具体情形）', false),
	(300, 4, 'responsibility', '第三条第四项', '其他可能造成人员重大伤亡、财产重大损失的情形（请写明，并附论证意见）', false)
  ) AS v (standard, position, category, citation, content, basis_read)
ON CONFLICT DO NOTHING;	-- by id, or because an operator has loaded more of the text

UPDATE hz.hazard_clause c SET basis_read = true
  FROM hz.hazard_standard s
 WHERE s.id = c.standard_id AND s.loaded_at IS NULL AND NOT c.basis_read AND s.basis_read;
