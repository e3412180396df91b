-- The life of a finding, as the office's procedure has it: which route leads from which state to which, by whom.
-- `-` is "not there yet". A re-inspection without a request needs the deadline to have come. A major finding
-- needs its five settled things before rectification and an approval before closing: those steps are not among these.
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
	('finding', 'progress-reports', '', 'ordered', 'rectifying', '{institution}', 'general', NULL, false),
	('finding', 'progress-reports', '', 'rectifying', 'rectifying', '{institution}', 'general', NULL, false),
	('finding', 'reinspection-requests', '', 'rectifying', 'reinspection_requested', '{institution}', NULL, NULL, false);

INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles, severity, when_due)
SELECT 'finding', 'reinspections', o.outcome, s.state, o.to_state, '{inspector}', 'general', s.state <> 'reinspection_requested'
  FROM (VALUES ('passed', 'closed'), ('failed', 'ordered')) o (outcome, to_state),
       (VALUES ('ordered'), ('rectifying'), ('reinspection_requested')) s (state);

INSERT INTO hz.transition (resource, command, from_state, to_state, roles, severity)
SELECT 'finding', c.command, s.state, c.to_state, r.roles, r.severity
  FROM (VALUES ('merges', 'merged'), ('voidings', 'voided'), ('terminations', 'terminated')) c (command, to_state),
       (VALUES ('reported'), ('confirmed'), ('ordered'), ('rectifying'), ('reinspection_requested'), ('awaiting_closure')) s (state),
       (VALUES ('{section_chief}'::text[], 'general'), ('{leader}', 'major')) r (roles, severity);
