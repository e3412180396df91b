-- The life of a request for a later deadline. It is made by an act on its finding, and lapses with the round it was made in.
DELETE FROM hz.transition WHERE resource = 'extension';
INSERT INTO hz.transition (resource, command, outcome, from_state, to_state, roles) VALUES
	('extension', 'decisions', 'granted', 'pending', 'granted', '{section_chief}'),
	('extension', 'decisions', 'refused', 'pending', 'refused', '{section_chief}');
