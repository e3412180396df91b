-- The life of a referral (its kind is copy or handover) and of a penalty case.
DELETE FROM hz.transition WHERE resource IN ('referral', 'penalty_case');
INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles, kinds) VALUES
	('referral', 'create', '', '-', 'waiting', '{section_chief}', NULL),
	('referral', 'receipts', '', 'waiting', 'waiting', '{section_chief}', NULL),
	('referral', 'receipts', '', 'answered', 'answered', '{section_chief}', NULL),
	('referral', 'replies', '', 'waiting', 'answered', '{section_chief}', '{copy}'),
	('referral', 'replies', 'closed', 'waiting', 'answered', '{section_chief}', '{handover}'),
	('referral', 'replies', 'returned', 'waiting', 'answered', '{section_chief}', '{handover}');

-- 行政处罚法（2021 年修订）: nothing is decided against somebody who has not been told and heard (44, 45, 62-65); without a penalty it may be decided
-- when the investigation is over (57). After the decision the kind says what follows from it: a fine to pay (66, 67, 72), another
-- penalty, none, or the prosecution's (27).
INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles, kinds) VALUES
	('penalty_case', 'create', '', '-', 'filed', '{leader}', NULL),
	('penalty_case', 'investigated', '', 'filed', 'investigated', '{inspector}', NULL),
	('penalty_case', 'notified', '', 'investigated', 'notified', '{inspector,section_chief}', NULL),
	('penalty_case', 'hearing_requested', '', 'notified', 'hearing_requested', '{inspector,section_chief}', NULL),
	('penalty_case', 'hearing_withdrawn', '', 'hearing_requested', 'notified', '{inspector,section_chief}', NULL),
	('penalty_case', 'heard', '', 'hearing_requested', 'heard', '{section_chief}', NULL),
	('penalty_case', 'decided', 'no_penalty', 'investigated', 'decided', '{leader}', NULL),
	('penalty_case', 'decided', 'prosecution', 'investigated', 'decided', '{leader}', NULL),
	('penalty_case', 'decided', 'penalty', 'notified', 'decided', '{leader}', NULL),
	('penalty_case', 'decided', 'no_penalty', 'notified', 'decided', '{leader}', NULL),
	('penalty_case', 'decided', 'prosecution', 'notified', 'decided', '{leader}', NULL),
	('penalty_case', 'decided', 'penalty', 'heard', 'decided', '{leader}', NULL),
	('penalty_case', 'decided', 'no_penalty', 'heard', 'decided', '{leader}', NULL),
	('penalty_case', 'decided', 'prosecution', 'heard', 'decided', '{leader}', NULL),
	('penalty_case', 'served', '', 'decided', 'served', '{inspector,section_chief}', '{fine,penalty,no_penalty}'),
	('penalty_case', 'paid', '', 'served', 'paid', '{inspector,section_chief}', '{fine}'),
	('penalty_case', 'enforced', '', 'served', 'enforced', '{inspector,section_chief}', '{fine,penalty}'),
	('penalty_case', 'enforced', '', 'paid', 'enforced', '{inspector,section_chief}', '{fine}'),
	('penalty_case', 'closed', '', 'served', 'closed', '{section_chief}', '{penalty,no_penalty}'),
	('penalty_case', 'closed', '', 'paid', 'closed', '{section_chief}', '{fine}'),
	('penalty_case', 'closed', '', 'enforced', 'closed', '{section_chief}', '{fine,penalty}'),
	('penalty_case', 'closed', '', 'decided', 'closed', '{section_chief}', '{prosecution}');
