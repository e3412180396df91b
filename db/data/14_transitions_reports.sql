-- The life of a report (安全吹哨人、12350、12345). kinds: its channel, or `institution` while a report to the own institution is that
-- institution's to answer. Who comes with a receipt is `nobody`; `job` is the background job. Outcomes: where a supplement leads
-- back to, the result of a conclusion, how it was handed on, whether who called was satisfied.
DELETE FROM hz.transition WHERE resource IN ('whistleblower_report', 'identity_request');

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
  FROM unnest('{accepted,verifying,supplement,concluded,fed_back}'::text[]) s (state);

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
