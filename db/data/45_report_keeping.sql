-- Rewards, retention, statistics of reports, by edition. Where a text is named it was not read itself: to be confirmed before use.
INSERT INTO hz.reward_rule AS r (edition, fine_percent, min_amount, max_amount, employee_percent, collect_days, legal_basis, employee_basis, effective_from, effective_to, note) VALUES
	('2018', 15, 3000, 300000, 0, 60, '《安全生产领域举报奖励办法》（安监总财〔2018〕19号）', NULL, '2018-01-04', '2020-09-15',
	 '举报重大事故隐患、违法生产经营建设行为：行政处罚金额的 15%，最低 3000 元，最高不超过 30 万元'),
	('2020', 15, 3000, 300000, 20, 60, '《安全生产领域举报奖励办法》（安监总财〔2018〕19号）',
	 '《生产经营单位从业人员安全生产举报处理规定》（应急〔2020〕69号）', '2020-09-16', NULL,
	 '从业人员举报本单位的上浮 20%：比例以省级应急管理、财政部门的规定为准，待核；2024 年、2025 年是否另有规定待核；瞒报、谎报事故按人数的标准不在此列')
ON CONFLICT (edition) DO UPDATE
   SET fine_percent = EXCLUDED.fine_percent, min_amount = EXCLUDED.min_amount, max_amount = EXCLUDED.max_amount, employee_percent = EXCLUDED.employee_percent,
       collect_days = EXCLUDED.collect_days, legal_basis = EXCLUDED.legal_basis, employee_basis = EXCLUDED.employee_basis,
       effective_from = EXCLUDED.effective_from, note = EXCLUDED.note
 WHERE NOT EXISTS (SELECT FROM hz.report_reward w WHERE w.rule_edition = r.edition);	-- what has been paid by stays as it was

-- Office defaults: no text was found that names them.
INSERT INTO hz.report_retention AS r (state, result, edition, months, effective_from, note) VALUES
	('rejected', '', '1', 12, '2021-01-01', NULL),
	('returned', '', '1', 6, '2021-01-01', '工单在来件系统里另有存档'),
	('transferred', '', '1', 12, '2021-01-01', NULL),
	('withdrawn', '', '1', 3, '2021-01-01', '举报人不愿再留的，尽早清除'),
	('merged', '', '1', 12, '2021-01-01', '且不早于并入的那一件'),
	('fed_back', '', '1', 24, '2021-01-01', '本机构自己答复的'),
	('fed_back', 'unsubstantiated', '1', 12, '2021-01-01', NULL),
	('fed_back', 'partly_substantiated', '1', 60, '2021-01-01', '关联的隐患未了结的不清除'),
	('fed_back', 'substantiated', '1', 60, '2021-01-01', '关联的隐患未了结的不清除')
ON CONFLICT (state, result, edition) DO UPDATE SET note = EXCLUDED.note WHERE r.note IS DISTINCT FROM EXCLUDED.note;	-- a number the office has set stays

INSERT INTO hz.report_rule AS r (key, edition, value, title, effective_from, note) VALUES
	('retention_quiet_days', '1', 7, '最后一次办理、对话之后至少多少天才清除', '2021-01-01', '幂等登记的回答保留 48 小时，其中可能有内容'),
	('identity_request_days', '1', 90, '身份申请没有决定的，举报因此最多再留多少天', '2021-01-01', NULL),
	('erase_by_itself', '1', 0, 'hz-jobs 是否自行清除到期的举报（0 否，1 是）', '2021-01-01', '0：由人执行 make erase-reports'),
	('statistics_k', '1', 5, '统计表中少于几件的格子不显示', '2021-01-01', NULL),
	('statistics_months', '1', 3, '统计期为几个月（1、2、3、4、6、12），只公布已结束的统计期', '2021-01-01', '一旦公布过，不要改：不同长短的统计期相减会露出小格')
ON CONFLICT (key, edition) DO UPDATE SET title = EXCLUDED.title, note = EXCLUDED.note
 WHERE (r.title, r.note) IS DISTINCT FROM (EXCLUDED.title, EXCLUDED.note);	-- a number the office has set stays
