-- The life of a finding, as the office's procedure has it: which route leads from which state to which, by whom.
-- `-` is "not there yet". A re-inspection without a request needs the deadline to have come. A major finding goes to rectification with its five
-- settled things (plans, asked for by api.finding_check_plan) and is closed by the leader. Steps beside the state lead to where they come from.
DELETE FROM hz.transition WHERE resource = 'finding';
INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles, severity, self_found, when_due) VALUES
	('finding', 'create', '', '-', 'confirmed', '{inspector,section_chief}', NULL, NULL, false),
	('finding', 'create', '', '-', 'reported', '{street,institution,staff,integration}', NULL, NULL, false),
	('finding', 'confirmations', '', 'reported', 'confirmed', '{inspector,section_chief}', NULL, NULL, false),
	('finding', 'confirmations', '', 'rectifying', 'confirmed', '{inspector,section_chief}', NULL, true, false),
	('finding', 'dismissals', '', 'reported', 'dismissed', '{section_chief}', NULL, NULL, false),
	('finding', 'dismissals', '', 'confirmed', 'dismissed', '{section_chief}', NULL, NULL, false),
	('finding', 'corrections', '', 'reported', 'closed', '{inspector}', 'general', NULL, false),
	('finding', 'corrections', '', 'confirmed', 'closed', '{inspector}', 'general', NULL, false),
	('finding', 'self-acceptances', '', 'reported', 'closed', '{institution}', 'general', true, false),
	('finding', 'self-acceptances', '', 'rectifying', 'closed', '{institution}', 'general', true, false),
	('finding', 'orders', '', 'confirmed', 'ordered', '{inspector,section_chief}', NULL, NULL, false),
	('finding', 'progress-reports', '', 'reported', 'rectifying', '{institution}', 'general', true, false),
	('finding', 'progress-reports', '', 'ordered', 'rectifying', '{institution}', NULL, NULL, false),
	('finding', 'progress-reports', '', 'rectifying', 'rectifying', '{institution}', NULL, NULL, false),
	('finding', 'plans', '', 'ordered', 'ordered', '{institution,section_chief}', 'major', NULL, false),
	('finding', 'closure-approvals', 'granted', 'awaiting_closure', 'closed', '{leader}', 'major', NULL, false),
	('finding', 'closure-approvals', 'refused', 'awaiting_closure', 'ordered', '{leader}', 'major', NULL, false),
	-- an institution that corrects what it found itself sets its own day
	('finding', 'extensions', '', 'ordered', 'ordered', '{institution}', NULL, false, false),
	('finding', 'extensions', '', 'rectifying', 'rectifying', '{institution}', NULL, false, false),
	('finding', 'reinspection-requests', '', 'rectifying', 'reinspection_requested', '{institution}', NULL, NULL, false);

INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles, severity, when_due)
SELECT 'finding', 'reinspections', o.outcome, s.state, o.to_state, '{inspector}', o.severity, s.state <> 'reinspection_requested'
  FROM (VALUES ('passed', 'closed', 'general'), ('passed', 'awaiting_closure', 'major'), ('failed', 'ordered', NULL)) o (outcome, to_state, severity),
       (VALUES ('ordered'), ('rectifying'), ('reinspection_requested')) s (state);

INSERT INTO hz.transition (resource, command, from_state, to_state, roles, severity)
SELECT 'finding', c.command, s.state, c.to_state, r.roles, r.severity
  FROM (VALUES ('merges', 'merged'), ('voidings', 'voided'), ('terminations', 'terminated')) c (command, to_state),
       (VALUES ('reported'), ('confirmed'), ('ordered'), ('rectifying'), ('reinspection_requested'), ('awaiting_closure')) s (state),
       (VALUES ('{section_chief}'::text[], 'general'), ('{leader}', 'major')) r (roles, severity);

-- Beside the state.
INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles, severity, self_found)
SELECT 'finding', c.command, c.outcome, s.state, s.state, c.roles, c.severity, c.self_found
  FROM (VALUES
	('interim-measures', '', '{section_chief}'::text[], NULL, NULL::boolean),
	('escalations', '', '{section_chief,leader}', 'major', NULL),
	('escalations', '', '{institution}', 'major', true),
	('supervisions', 'list', '{leader}', 'major', NULL),
	('supervisions', 'lift', '{leader}', 'major', NULL)) c (command, outcome, roles, severity, self_found),
       (VALUES ('reported'), ('confirmed'), ('ordered'), ('rectifying'), ('reinspection_requested'), ('awaiting_closure')) s (state);

-- Measures beside the rectification. What is not confirmed yet gives no ground for one; a closed finding may still be talked about, warned for and
-- punished (what was done wrong remains so), and its suspension is lifted then, or when there was no hazard after all.
INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles)
SELECT 'finding', c.command, c.outcome, s.state, s.state, c.roles
  FROM (VALUES
	('referrals', 'copy', '{section_chief}'::text[], '{reported,confirmed,ordered,rectifying,reinspection_requested,awaiting_closure,closed,transferred}'::text[]),
	('enforcement-measures', 'talk', '{section_chief}', '{confirmed,ordered,rectifying,reinspection_requested,awaiting_closure,closed}'),
	('enforcement-measures', 'warning', '{section_chief}', '{confirmed,ordered,rectifying,reinspection_requested,awaiting_closure,closed}'),
	('enforcement-measures', 'order_suspend', '{leader}', '{confirmed,ordered,rectifying,reinspection_requested,awaiting_closure}'),
	('enforcement-measures', 'resume', '{leader}', '{confirmed,ordered,rectifying,reinspection_requested,awaiting_closure,closed,merged,voided,dismissed}'),
	('enforcement-measures', 'penalty_case', '{leader}', '{confirmed,ordered,rectifying,reinspection_requested,awaiting_closure,closed}')
       ) c (command, outcome, roles, states), unnest(c.states) s (state);

-- Handed over to another body, and what it answers: dealt with there, or back to what it was (the kind says what that was).
INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles, kinds)
SELECT 'finding', c.command, c.outcome, CASE c.command WHEN 'referrals' THEN s.state ELSE 'transferred' END,
       CASE c.command WHEN 'referrals' THEN 'transferred' ELSE s.state END, '{section_chief}', CASE c.command WHEN 'replies' THEN ARRAY[s.state] END
  FROM (VALUES ('referrals', 'handover'), ('replies', 'returned')) c (command, outcome),
       (VALUES ('reported'), ('confirmed'), ('ordered'), ('rectifying'), ('reinspection_requested'), ('awaiting_closure')) s (state);
INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles, self_found) VALUES
	('finding', 'replies', 'closed', 'transferred', 'closed', '{section_chief}', NULL),
	('finding', 'spot-checks', 'confirmed', 'closed', 'closed', '{section_chief}', true),
	('finding', 'spot-checks', 'rejected', 'closed', 'closed', '{section_chief}', true);
