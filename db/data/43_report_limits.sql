-- Time limits of reports, by edition. kinds: the channels they hold for, or institution. legal_basis null: office default;
-- basis_read = true only where the text itself was read: of none here.
INSERT INTO hz.time_limit AS l (code, edition, title, title_en, amount, day_kind, resource, starts_with, ends_with, kinds, responsible, legal_basis, effective_from, note) VALUES
	('report_sign_off', '1', '12345 工单签收时限', 'Signing off a 12345 ticket', 1, 'working', 'whistleblower_report', 'create',
	 '{sign-offs,returns}', '{12345}', '{handler}', NULL, '2021-01-01', '本市 12345 规定待核'),
	('report_acceptance', '1', '受理决定时限', 'Deciding whether to accept', 15, 'calendar', 'whistleblower_report', 'create',
	 '{acceptances,rejections,transfers,returns}', '{web,12350,12345,letter,visit,other_system}', '{handler}', '《信访工作条例》第二十二条', '2022-05-01',
	 '信访事项自收到之日起 15 日内决定；举报参照办理'),
	('report_verification', '1', '开始核查时限', 'Beginning of verification', 10, 'working', 'whistleblower_report', 'acceptances',
	 '{verifications,conclusions}', NULL, '{handler}', NULL, '2021-01-01', NULL),
	('report_conclusion', '1', '办结时限', 'Conclusion', 60, 'calendar', 'whistleblower_report', 'acceptances',
	 '{conclusions}', NULL, '{handler}', '《信访工作条例》第三十四条', '2022-05-01', '自受理之日起 60 日内办结；举报参照办理'),
	('report_redo', '1', '重办时限', 'Conclusion after reopening', 30, 'calendar', 'whistleblower_report', 'reopenings',
	 '{conclusions}', NULL, '{handler}', NULL, '2021-01-01', NULL),
	('report_feedback', '1', '反馈时限', 'Feedback to the reporter', 5, 'working', 'whistleblower_report', 'conclusions',
	 '{feedbacks,reopenings}', NULL, '{handler}', NULL, '2021-01-01', NULL),
	('report_callback', '1', '回访时限', 'Callback', 5, 'working', 'whistleblower_report', 'feedbacks',
	 '{callbacks,reopenings}', '{12345,12350}', '{handler}', NULL, '2021-01-01', '本市 12345 规定待核'),
	('report_ticket', '1', '12345 工单办理时限', 'Answering a 12345 ticket', 5, 'working', 'whistleblower_report', 'create',
	 '{feedbacks,rejections,returns,transfers}', '{12345}', '{handler}', NULL, '2021-01-01', '工单自带期限的以工单为准；本市 12345 规定待核'),
	('report_supplement', '1', '补正时限', 'Supplement by the reporter', 15, 'calendar', 'whistleblower_report', 'supplement-requests',
	 '{supplements,resumptions}', NULL, '{handler}', NULL, '2021-01-01', '其间办理时限不计'),
	('report_institution_answer', '1', '本机构答复时限', 'Answer of the own institution', 10, 'working', 'whistleblower_report', 'create',
	 '{feedbacks,escalations}', '{institution}', '{institution,handler}', NULL, '2021-01-01', '期满未答复，自动转由民政局办理'),
	-- counted by functions: not clocks of their own
	('report_assignment', '1', '街道回复交办的时限', 'Reply of a street office to an assignment', 10, 'working', 'whistleblower_report', '',
	 '{}', NULL, '{street}', NULL, '2021-01-01', '交办时没有另写期限的'),
	('report_extension', '1', '延期最多延长的天数', 'Most days of an extension', 30, 'calendar', 'whistleblower_report', '',
	 '{}', NULL, '{handler}', '《信访工作条例》第三十四条', '2022-05-01', '情况复杂的经批准可以延长，不超过 30 日')
ON CONFLICT (code, region, edition) DO UPDATE
   SET title = EXCLUDED.title, title_en = EXCLUDED.title_en, amount = EXCLUDED.amount, day_kind = EXCLUDED.day_kind, resource = EXCLUDED.resource,
       starts_with = EXCLUDED.starts_with, ends_with = EXCLUDED.ends_with, kinds = EXCLUDED.kinds, responsible = EXCLUDED.responsible,
       legal_basis = EXCLUDED.legal_basis, basis_read = EXCLUDED.basis_read, effective_from = EXCLUDED.effective_from, note = EXCLUDED.note
 WHERE l.created_by IS NULL;

INSERT INTO hz.report_rule AS r (key, edition, value, title, legal_basis, effective_from, note) VALUES
	('extensions', '1', 1, '办结时限最多延长几次', '《信访工作条例》第三十四条', '2022-05-01', NULL)
ON CONFLICT (key, edition) DO UPDATE
   SET value = EXCLUDED.value, title = EXCLUDED.title, legal_basis = EXCLUDED.legal_basis, effective_from = EXCLUDED.effective_from, note = EXCLUDED.note;

-- Why: the words a reporter reads.
INSERT INTO hz.report_reason AS r (command, code, title_zh, title_en, legal_basis, effective_from) VALUES
	('rejections', 'not_ours', '不属于民政部门职责范围', 'Not within the duties of civil affairs', NULL, '2021-01-01'),
	('rejections', 'nothing_to_verify', '没有可以核查的具体线索', 'Nothing specific that could be verified', NULL, '2021-01-01'),
	('rejections', 'done_before', '同一事项已经办结，没有新的情况', 'The same matter has been concluded and nothing is new', NULL, '2021-01-01'),
	('rejections', 'in_court', '已经或者应当通过诉讼、仲裁、行政复议办理', 'A matter for a court, arbitration or review', NULL, '2021-01-01'),
	('rejections', 'other', '其他（见说明）', 'Other (see the note)', NULL, '2021-01-01'),
	('returns', 'not_ours', '不属于本单位职责', 'Not within the duties of this office', NULL, '2021-01-01'),
	('returns', 'other_district', '不在本区县', 'Not in this district', NULL, '2021-01-01'),
	('returns', 'duplicate', '与在办工单重复', 'The same as a ticket in hand', NULL, '2021-01-01'),
	('returns', 'unclear', '内容不清，无法办理', 'Too unclear to be worked on', NULL, '2021-01-01'),
	('returns', 'other', '其他（见说明）', 'Other (see the note)', NULL, '2021-01-01'),
	('pauses', 'expertise', '等待检验、检测、鉴定', 'Waiting for a test or an expert opinion', NULL, '2021-01-01'),
	('pauses', 'other_body', '等待其他部门的结论', 'Waiting for another body', NULL, '2021-01-01'),
	('pauses', 'not_accessible', '因不可抗力或场所封闭暂时无法核查', 'The place cannot be visited for now', NULL, '2021-01-01'),
	('pauses', 'other', '其他（见说明）', 'Other (see the note)', NULL, '2021-01-01'),
	('reopenings', 'dissatisfied', '举报人对办理不满意', 'The reporter is not satisfied', NULL, '2021-01-01'),
	('reopenings', 'new_evidence', '有新的证据或情况', 'New evidence', NULL, '2021-01-01'),
	('reopenings', 'wrong', '原结论有误', 'The conclusion was wrong', NULL, '2021-01-01'),
	('reopenings', 'ordered', '上级要求重办', 'Ordered from above', NULL, '2021-01-01'),
	('reopenings', 'other', '其他（见说明）', 'Other (see the note)', NULL, '2021-01-01')
ON CONFLICT (command, code) DO UPDATE
   SET title_zh = EXCLUDED.title_zh, title_en = EXCLUDED.title_en, legal_basis = EXCLUDED.legal_basis, effective_from = EXCLUDED.effective_from;
