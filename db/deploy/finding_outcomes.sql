BEGIN;
-- What statistics count of a finding's course stands on the finding itself: they read one table, whatever its history.
ALTER TABLE hz.finding ADD COLUMN closed_by text,		-- the command by which it left the open states; NULL: it is open
	ADD COLUMN reinspected int NOT NULL DEFAULT 0,		-- how often, and how many of those failed
	ADD COLUMN reinspection_failed int NOT NULL DEFAULT 0;
ALTER TABLE hz.finding DISABLE TRIGGER USER;		-- none of this is news
UPDATE hz.finding f
   SET closed_by = CASE WHEN NOT f.is_open THEN (SELECT a.command FROM hz.finding_act a WHERE a.finding_id = f.id AND a.to_state = f.state
			AND a.from_state <> a.to_state
		ORDER BY a.recorded_at DESC, a.id DESC LIMIT 1) END,
       (reinspected, reinspection_failed) = (SELECT count(*), count(*) FILTER (WHERE a.outcome = 'failed')
		FROM hz.finding_act a WHERE a.finding_id = f.id AND a.command = 'reinspections')
 WHERE EXISTS (SELECT FROM hz.finding_act a WHERE a.finding_id = f.id AND a.command <> 'create');
ALTER TABLE hz.finding ENABLE TRIGGER USER;
ALTER TABLE hz.finding ADD CHECK (reinspection_failed BETWEEN 0 AND reinspected);
COMMIT;
