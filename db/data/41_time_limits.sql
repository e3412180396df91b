-- How long a step may take, by edition. basis_read = true: the text itself was read; legal_basis null: the office's own default.
-- resource 'finding' with starts_with: the clock runs by itself (api.clocks_follow); elsewhere a function starts it by the code. amount 0: the
-- same day; for 'extension' and 'permit_notice' the amount is a measure, not a clock. What an edition gives never changes: another amount is
-- another edition, and the one before it gets its effective_to.
INSERT INTO hz.time_limit AS l (code, region, edition, title, title_en, amount, day_kind, times, resource, starts_with, ends_with, severity, self_found,
	responsible, legal_basis, basis_read, effective_from, effective_to, note) VALUES
	('reinspection', '50', '1', '申请复查后的复查时限', 'Re-inspection after it was asked for', 10, 'calendar', NULL, 'finding', 'reinspection-requests',
	 '{reinspections}', NULL, NULL, '{inspector}', '参照《安全生产违法行为行政处罚办法》（2015 年修正）关于复查的规定', false, '2021-01-01', NULL,
	 '本市按 10 日执行；本市规定的条文没有查到，所参照的条文也未核对'),

	-- 责令改正的期限：通知里没有写期限时用，天数写 0 的是立即改正
	('immediate_correction', '', '1', '立即改正', 'Correction at once', 0, 'calendar', NULL, 'rectification_order', '',
	 '{}', NULL, NULL, '{institution}', NULL, false, '1949-10-01', NULL, '责令立即改正：送达当日'),
	('general_rectification', '', '1', '一般隐患的整改期限', 'Rectification of a general hazard', 15, 'calendar', NULL, 'rectification_order', '',
	 '{}', 'general', NULL, '{institution}', NULL, false, '1949-10-01', NULL, NULL),
	('major_rectification', '', '1', '重大隐患的整改期限', 'Rectification of a major hazard', 30, 'calendar', NULL, 'rectification_order', '',
	 '{}', 'major', NULL, '{institution}', NULL, false, '1949-10-01', NULL, NULL),
	('extension', '', '1', '整改期限的延长', 'Extension of a rectification deadline', 30, 'calendar', 2, 'extension', '',
	 '{}', NULL, NULL, '{section_chief}', NULL, false, '2021-01-01', NULL, '每次最多延长的天数；同一轮整改最多延长的次数'),
	('extension_decision', '', '1', '延期申请的审批时限', 'Decision on a request for extension', 5, 'calendar', NULL, 'extension', '',
	 '{}', NULL, NULL, '{section_chief}', '参照《安全生产违法行为行政处罚办法》（2015 年修正）关于延期申请的规定', false, '2021-01-01', NULL, NULL),

	-- 重大隐患
	('major_escalation', '', '1', '机构自查发现重大隐患的上报时限', 'Report of a major hazard an institution found itself', 0, 'calendar', NULL, 'finding', 'create',
	 '{escalations,confirmations}', 'major', true, '{institution}', '《安全生产法》（2021 年修正）第四十一条', true, '2021-09-01', NULL, '法律要求及时报告；当日为本局掌握'),

	-- 机构与外部门
	('permit_notice', '', '1', '证照到期提醒', 'Notice before a permit ends', 60, 'calendar', NULL, 'permit', '',
	 '{}', NULL, NULL, '{institution,inspector,section_chief}', NULL, false, '2021-01-01', NULL, '证照到期前这些天起列入待办'),
	('referral_reply', '', '1', '移送、抄告后跟踪回复的时限', 'Reply to a referral', 15, 'working', NULL, 'referral', '',
	 '{}', NULL, NULL, '{section_chief}', NULL, false, '2021-01-01', NULL, '期满未见回复应当催办'),

	-- 行政处罚。条文中的五日、七日是工作日（第八十五条）；十五日、九十日是自然日
	('penalty_filing', '', '1', '行政处罚立案', 'Filing of a penalty case', 7, 'working', NULL, 'penalty_case', '',
	 '{}', NULL, NULL, '{section_chief}', NULL, false, '2021-07-15', NULL, '法律规定符合立案标准的应当及时立案，未定天数'),
	('penalty_statement', '', '1', '行政处罚告知后的陈述、申辩', 'Statement and defence before a penalty', 5, 'working', NULL, 'penalty_case', '',
	 '{}', NULL, NULL, '{institution,section_chief}', NULL, false, '2021-07-15', NULL, '法律未定天数'),
	('penalty_hearing_request', '', '1', '行政处罚告知后要求听证', 'Request for a hearing before a penalty', 5, 'working', NULL, 'penalty_case', '',
	 '{}', NULL, NULL, '{institution,section_chief}', '《行政处罚法》（2021 年修订）第六十四条第一项、第八十五条', true, '2021-07-15', NULL, NULL),
	('penalty_hearing_notice', '', '1', '举行听证前的通知', 'Notice before a hearing', 7, 'working', NULL, 'penalty_case', '',
	 '{}', NULL, NULL, '{section_chief}', '《行政处罚法》（2021 年修订）第六十四条第二项、第八十五条', true, '2021-07-15', NULL, '举行听证的七日前通知'),
	('penalty_decision', '', '1', '行政处罚决定', 'Decision in a penalty case', 90, 'calendar', NULL, 'penalty_case', '',
	 '{}', NULL, NULL, '{inspector,section_chief,leader}', '《行政处罚法》（2021 年修订）第六十条', true, '2021-07-15', NULL, '自立案之日起；法律、法规、规章另有规定的从其规定'),
	('penalty_service', '', '1', '行政处罚决定书的送达', 'Service of a penalty decision', 7, 'working', NULL, 'penalty_case', '',
	 '{}', NULL, NULL, '{inspector,section_chief}', '《行政处罚法》（2021 年修订）第六十一条第一款、第八十五条', true, '2021-07-15', NULL, '当事人不在场时'),
	('penalty_payment', '', '1', '罚款的缴纳', 'Payment of a fine', 15, 'calendar', NULL, 'penalty_case', '',
	 '{}', NULL, NULL, '{institution,section_chief}', '《行政处罚法》（2021 年修订）第六十七条第三款', true, '2021-07-15', NULL, '自收到处罚决定书之日起')
ON CONFLICT (code, region, edition) DO UPDATE
   SET title = EXCLUDED.title, title_en = EXCLUDED.title_en, times = EXCLUDED.times, resource = EXCLUDED.resource,
       starts_with = EXCLUDED.starts_with, ends_with = EXCLUDED.ends_with, severity = EXCLUDED.severity, self_found = EXCLUDED.self_found,
       responsible = EXCLUDED.responsible, legal_basis = EXCLUDED.legal_basis, basis_read = EXCLUDED.basis_read,
       effective_from = EXCLUDED.effective_from, effective_to = coalesce(EXCLUDED.effective_to, l.effective_to), note = EXCLUDED.note
 WHERE l.created_by IS NULL;
