-- What a reporter reads. Nothing is said of a merge: whoever brought one report is not told that there is another. Every text is the
-- office's own; say what is true, kindly, and name a day where there is one.
INSERT INTO hz.report_text AS t (kind, code, zh, en) VALUES
	('state', 'received', '已收到您的举报，还没有决定是否受理。', 'Your report has come in; whether it is taken up is not decided yet.'),
	('state', 'received_institution', '您的举报已告知本机构负责人，正等待答复。', 'Your report has been told to those in charge of the institution; their answer is awaited.'),
	('state', 'accepted', '已受理，即将开始核查。', 'It has been taken up; verification is about to begin.'),
	('state', 'rejected', '没有受理。理由写在下面；有新的情况可以再次举报。', 'It was not taken up. The reason stands below; if there is something new you may report again.'),
	('state', 'transferred', '不归我们管的部分已转给有权处理的部门。', 'It has been handed on to the body that is competent.'),
	('state', 'returned', '来件已退回转来的单位，由其另行转办。', 'It has been sent back to whoever sent it to us, to be passed on.'),
	('state', 'verifying', '正在核查。', 'It is being verified.'),
	('state', 'supplement', '需要您补充一些情况，请看对话里的问题。', 'We need to know more from you; please see the questions in the dialogue.'),
	('state', 'concluded', '已核查完毕，正在准备给您的答复。', 'Verification is over; the answer to you is being prepared.'),
	('state', 'fed_back', '已经办结，答复在对话里。', 'It is concluded; the answer stands in the dialogue.'),
	('state', 'withdrawn', '您已撤回这件举报。', 'You have withdrawn this report.'),
	('state', 'erased', '已到保存期限，内容已经清除。', 'It has reached the end of its retention, and what it said is erased.'),
	('next', 'report_acceptance', '%s 前告诉您是否受理。', 'You will be told by %s whether it is taken up.'),
	('next', 'report_sign_off', '%s 前签收并分派办理。', 'It will be signed for and assigned by %s.'),
	('next', 'report_ticket', '%s 前办理并答复。', 'It will be handled and answered by %s.'),
	('next', 'report_verification', '%s 前开始核查。', 'Verification will begin by %s.'),
	('next', 'report_conclusion', '%s 前核查办结。', 'It will be verified and concluded by %s.'),
	('next', 'report_redo', '%s 前重新核查办结。', 'It will be verified again and concluded by %s.'),
	('next', 'report_feedback', '%s 前把结果答复给您。', 'You will be told the result by %s.'),
	('next', 'report_callback', '%s 前回访，听取您是否满意。', 'By %s you will be asked whether you are satisfied.'),
	('next', 'report_supplement', '请在 %s 前补充说明或材料；不补充也会继续办理。', 'Please tell or send more by %s; without it the work goes on all the same.'),
	('next', 'report_institution_answer', '本机构须在 %s 前答复；没有答复的，自动转由民政局办理。', 'The institution must answer by %s; if it does not, the report goes to the bureau.'),
	('next', 'paused', '办理时限暂停计算，原因消除后继续。', 'The time limit is suspended and goes on when the reason has gone.'),
	('next', 'late', '已超过规定的 %s，我们仍须办理。您可以在对话里催办，或拨打 12350。', 'The day it was due, %s, has passed; we still owe it. You may press for it in the dialogue, or call 12350.'),
	('next', 'open', '正在办理，有进展会写在这里。', 'It is being worked on; what happens will stand here.'),
	('next', 'over', '没有下一步了。', 'Nothing more follows.'),
	('next', 'followed', '发现的问题会一直跟踪到整改销号，进展写在这里。', 'What was found is followed until it has been put right; how it goes stands here.'),
	('result', 'substantiated', '属实', 'substantiated'),
	('result', 'partly_substantiated', '部分属实', 'partly substantiated'),
	('result', 'unsubstantiated', '不属实', 'not substantiated'),
	('finding', 'reported', '已登记为隐患', 'recorded as a hazard'),
	('finding', 'confirmed', '已确认为隐患', 'confirmed as a hazard'),
	('finding', 'ordered', '已责令整改', 'ordered to be put right'),
	('finding', 'rectifying', '整改中', 'being put right'),
	('finding', 'reinspection_requested', '已报整改完毕，等待复查', 'said to be put right; to be re-inspected'),
	('finding', 'awaiting_closure', '复查通过，等待销号', 'passed re-inspection; to be closed'),
	('finding', 'closed', '已整改销号', 'put right and closed'),
	('finding', 'dismissed', '经核实不构成隐患', 'found to be no hazard'),
	('finding', 'voided', '登记有误，已撤销', 'recorded in error, and undone'),
	('finding', 'terminated', '机构已停办或情形消失，不再跟踪', 'the institution has closed or the matter is gone; no longer followed'),
	('finding', 'transferred', '已移送有权处理的部门', 'handed over to the body that is competent'),
	('file', 'cleaning', '已收到，正在清除位置、设备等信息；清除之前谁也看不到。', 'Received; place and device are being taken out, before which nobody can see it.'),
	('file', 'here', '已收到，位置、设备等信息已清除。', 'Received; place and device have been taken out.'),
	('file', 'refused', '其中的位置、设备等信息无法清除，没有保存。请另存为 JPG、PDF 或 H.264 的 MP4 再发一次。', 'Its place and device could not be taken out, so it was not kept. Save it as JPG, PDF or MP4 (H.264) and send it again.'),
	('file', 'erased', '保存期限已到，已清除。', 'Erased at the end of its retention.'),
	('reward', 'granted', '已决定奖励 %s 元。凭回执取领取码，凭领取码领取，不用说出姓名。', 'A reward of %s yuan has been granted. Fetch a code by the receipt and collect the money by the code; no name is needed.'),
	('reward', 'collecting', '已决定奖励 %s 元，领取码已经给出。丢了可以凭回执再取，旧的即作废。', 'A reward of %s yuan has been granted and a code was given. If it is lost, fetch another by the receipt; the old one is void then.'),
	('reward', 'where', '请在工作日办公时间到民政局办公室，报领取码领取 %s 元。不用出示证件，可以请别人代领；经办人看不到您的举报。请不要把回执给任何人看。',
	 'Come to the office of the civil affairs bureau during working hours and tell the code to collect %s yuan. No paper is asked for, and somebody else may come for you; whoever pays does not see your report. Show the receipt to nobody.'),
	('reward', 'paid', '奖励 %s 元已领取。', 'The reward of %s yuan has been collected.')
ON CONFLICT (kind, code) DO UPDATE SET zh = EXCLUDED.zh, en = EXCLUDED.en WHERE (t.zh, t.en) IS DISTINCT FROM (EXCLUDED.zh, EXCLUDED.en);
DELETE FROM hz.report_text WHERE (kind, code) = ('state', 'merged');

-- How much may come by one receipt. Office defaults.
INSERT INTO hz.report_rule AS r (key, edition, value, title, effective_from) VALUES
	('files_per_report', '1', 30, '一件举报最多附几个文件', '2021-01-01'),
	('file_bytes_per_report', '1', 1073741824, '一件举报的文件合计最多多少字节', '2021-01-01'),
	('file_share', '1', 25, '举报材料最多占区县附件额度的百分之几（另算，不占其他附件的额度）', '2021-01-01'),
	('file_bytes_per_day', '1', 21474836480, '一个区县一天最多收举报人多少字节的文件', '2021-01-01'),
	('messages_per_report', '1', 300, '一件举报举报人最多写几条留言', '2021-01-01')
ON CONFLICT (key, edition) DO UPDATE SET title = EXCLUDED.title WHERE r.title IS DISTINCT FROM EXCLUDED.title;	-- a number the office has set stays

-- More evidence may come wherever words may.
INSERT INTO hz.transition (resource, command, from_state, to_state, roles)
SELECT 'whistleblower_report', 'attachments', t.from_state, t.from_state, '{nobody}'
  FROM hz.transition t WHERE t.resource = 'whistleblower_report' AND t.command = 'messages' AND 'nobody' = ANY (t.roles);
