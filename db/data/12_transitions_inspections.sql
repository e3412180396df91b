-- The life of an inspection and of a rectification order: who may do what depends on the kind of visit.
DELETE FROM hz.transition WHERE resource IN ('inspection', 'rectification_order');
INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles, kinds)
SELECT 'inspection', c.command, c.outcome, c.from_state, c.to_state, g.roles, g.kinds
  FROM (VALUES
	('create',        '',         '-',                  'planned'),
	('notices',       '',         'planned',            'planned'),
	('starts',        '',         'planned',            'in_progress'),
	('cancellations', '',         'planned',            'cancelled'),
	('answers',       '',         'in_progress',        'in_progress'),
	('submissions',   '',         'in_progress',        'awaiting_signature'),
	('signatures',    '',         'awaiting_signature', 'awaiting_signature'),
	('signatures',    'complete', 'awaiting_signature', 'recorded')) c (command, outcome, from_state, to_state),
       (VALUES
	('{inspector,section_chief}'::text[], '{routine,special,case}'::text[]),
	('{section_chief}',                   '{supervision}'),
	('{street}',                          '{patrol}'),
	('{institution}',                     '{self,sweep,red_armband}')) g (roles, kinds);

-- Recorded on the signature of those who came; others who were there may sign afterwards.
INSERT INTO hz.transition (resource, command, from_state, to_state, roles, kinds) VALUES
	('inspection', 'signatures', 'recorded', 'recorded', '{section_chief}', '{supervision}'),
	('inspection', 'signatures', 'recorded', 'recorded', '{street}', '{patrol}');

INSERT INTO hz.transition (resource, command, from_state, to_state, roles) VALUES
	('rectification_order', 'create', '-', 'issued', '{inspector,section_chief}'),
	('rectification_order', 'services', 'issued', 'served', '{inspector,section_chief}');
