-- The life of a report (安全吹哨人、12350、12345). kinds: its channel, or `institution` while a report to the own institution is that
-- institution's to answer. Who comes with a receipt is `nobody`; `job` is the background job. Outcomes: where a supplement leads
-- back to, the result of a conclusion, how it was handed on, whether who called was satisfied.
DELETE FROM hz.transition WHERE resource IN ('whistleblower_report', 'identity_request', 'report_reward');

-- Taken in: by whom it concerns, without a key, or by staff for whoever called, wrote or came.
INSERT INTO hz.transition (resource, command, from_state, to_state, roles) VALUES
	('whistleblower_report', 'create', '-', 'received', '{nobody,handler,integration}');

-- 签收、受理、不予受理、退单、转办移送: the bureau's decision on what came in.
INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles, kinds) VALUES
	('whistleblower_report', 'sign-offs', '', 'received', 'received', '{handler}', '{12345}'),
	('whistleblower_report', 'acceptances', '', 'received', 'accepted', '{handler}', '{web,12350,12345,letter,visit,other_system}'),
	('whistleblower_report', 'rejections', '', 'received', 'rejected', '{handler}', '{web,12350,12345,letter,visit,other_system}'),
	('whistleblower_report', 'returns', '', 'received', 'returned', '{handler}', '{12350,12345,other_system}'),
	('whistleblower_report', 'transfers', 'forwarded', 'received', 'transferred', '{handler}', '{web,12350,12345,letter,visit,other_system}'),
	('whistleblower_report', 'transfers', 'handed_over', 'received', 'transferred', '{handler}', '{web,12350,12345,letter,visit,other_system}');

-- The own institution answers; what it leaves unanswered the bureau takes over.
INSERT INTO hz.transition (resource, command, from_state, to_state, roles, kinds) VALUES
	('whistleblower_report', 'feedbacks', 'received', 'fed_back', '{institution}', '{institution}'),
	('whistleblower_report', 'escalations', 'received', 'received', '{handler,job}', '{institution}');

-- 核查、办结、反馈、回访、重办
INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles) VALUES
	('whistleblower_report', 'verifications', '', 'accepted', 'verifying', '{handler}'),
	('whistleblower_report', 'verifications', '', 'verifying', 'verifying', '{handler}'),
	('whistleblower_report', 'conclusions', 'substantiated', 'verifying', 'concluded', '{handler}'),
	('whistleblower_report', 'conclusions', 'partly_substantiated', 'verifying', 'concluded', '{handler}'),
	('whistleblower_report', 'conclusions', 'unsubstantiated', 'verifying', 'concluded', '{handler}'),
	('whistleblower_report', 'feedbacks', '', 'concluded', 'fed_back', '{handler}'),
	('whistleblower_report', 'callbacks', 'satisfied', 'fed_back', 'fed_back', '{handler}'),
	('whistleblower_report', 'callbacks', 'dissatisfied', 'fed_back', 'fed_back', '{handler}'),
	('whistleblower_report', 'reopenings', '', 'concluded', 'verifying', '{handler}'),
	('whistleblower_report', 'reopenings', '', 'fed_back', 'verifying', '{handler}');

-- 补正: asked of the reporter; over when the reporter writes, or when the handler goes on without.
INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles)
SELECT 'whistleblower_report', c.command, CASE WHEN c.command = 'supplement-requests' THEN '' ELSE s.state END,
       CASE WHEN c.command = 'supplement-requests' THEN s.state ELSE 'supplement' END,
       CASE WHEN c.command = 'supplement-requests' THEN 'supplement' ELSE s.state END, c.roles
  FROM (VALUES ('supplement-requests', '{handler}'::text[]), ('resumptions', '{handler}'), ('supplements', '{nobody}')) c (command, roles),
       (VALUES ('accepted'), ('verifying')) s (state);

-- What leaves the state as it is: 交办、延期、中止计时与恢复、登记隐患、申请查看身份
INSERT INTO hz.transition (resource, command, from_state, to_state, roles)
SELECT 'whistleblower_report', c.command, s.state, s.state, '{handler}'
  FROM (VALUES ('assignments', '{accepted,verifying}'::text[]), ('pauses', '{accepted,verifying}'), ('resumptions', '{accepted,verifying}'),
	('extensions', '{accepted,verifying}'), ('findings', '{accepted,verifying,concluded}'),
	('identity-requests', '{accepted,verifying,supplement,concluded,fed_back}')) c (command, states),
       unnest(c.states) s (state);
-- a street answers what it was given in whatever state the report is by then
INSERT INTO hz.transition (resource, command, from_state, to_state, roles)
SELECT 'whistleblower_report', 'replies', s.state, s.state, '{street}'
  FROM unnest('{received,accepted,rejected,transferred,returned,verifying,supplement,concluded,fed_back,withdrawn,merged}'::text[]) s (state);

-- Dialogue goes on beside the state; 并案 while it is worked on; 撤回 whenever the reporter wishes (what was sent back to the hotline is not here any more).
INSERT INTO hz.transition (resource, command, from_state, to_state, roles, kinds)
SELECT 'whistleblower_report', 'messages', s.state, s.state, r.roles, r.kinds
  FROM unnest('{received,accepted,rejected,transferred,verifying,supplement,concluded,fed_back,merged}'::text[]) s (state),
       (VALUES ('{handler,nobody}'::text[], NULL::text[]), ('{institution}', '{institution}')) r (roles, kinds);
INSERT INTO hz.transition (resource, command, from_state, to_state, roles)
SELECT 'whistleblower_report', 'merges', s.state, 'merged', '{handler}'
  FROM unnest('{received,accepted,verifying,supplement}'::text[]) s (state);
INSERT INTO hz.transition (resource, command, from_state, to_state, roles)
SELECT 'whistleblower_report', 'withdrawals', s.state, 'withdrawn', '{nobody}'
  FROM unnest('{received,accepted,rejected,transferred,verifying,supplement,concluded,fed_back,merged}'::text[]) s (state);

-- 申请查看密封身份
INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles) VALUES
	('identity_request', 'create', '', '-', 'pending', '{handler}'),
	('identity_request', 'decisions', 'granted', 'pending', 'granted', '{custodian}'),
	('identity_request', 'decisions', 'refused', 'pending', 'refused', '{custodian}');

-- 奖励: granted by the leader; nothing of the report moves. 留存: whoever works on it may keep it from being erased, the leader what the leader sees.
INSERT INTO hz.transition (resource, command, from_state, to_state, roles) VALUES
	('whistleblower_report', 'rewards', 'concluded', 'concluded', '{leader}'),
	('whistleblower_report', 'rewards', 'fed_back', 'fed_back', '{leader}');
INSERT INTO hz.transition (resource, command, from_state, to_state, roles)
SELECT 'whistleblower_report', c.command, s.state, s.state, CASE WHEN s.state IN ('concluded', 'fed_back') THEN '{handler,leader}'::text[] ELSE '{handler}' END
  FROM (VALUES ('holds'), ('releases')) c (command),
       unnest('{received,accepted,rejected,transferred,returned,verifying,supplement,concluded,fed_back,withdrawn,merged}'::text[]) s (state);

-- 清除 at the end of its retention
INSERT INTO hz.transition (resource, command, from_state, to_state, roles)
SELECT 'whistleblower_report', 'erasures', s.state, 'erased', '{job}'
  FROM unnest('{rejected,transferred,returned,fed_back,withdrawn,merged}'::text[]) s (state);

-- 领奖: the reporter asks for a code by the receipt, as often as it is lost; whoever pays sees the code and the amount, never the report.
INSERT INTO hz.transition (resource, command, from_state, to_state, roles) VALUES
	('report_reward', 'create', '-', 'granted', '{leader}'),
	('report_reward', 'reward-collections', 'granted', 'collecting', '{nobody}'),
	('report_reward', 'reward-collections', 'collecting', 'collecting', '{nobody}'),
	('report_reward', 'payments', 'collecting', 'paid', '{office}');
