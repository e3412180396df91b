-- One plain statement: every function in it is put in by the planner. OFFSET 0 keeps the day a value that is worked out once.
SELECT 200 AS status, api.finding_detail(f, i.name, t.today, c.clause, a.allowed, e.attachments) AS body, f.version
  FROM hz.finding f
 CROSS JOIN (SELECT api.today() AS today OFFSET 0) t
 CROSS JOIN LATERAL api.transition_commands('finding', f.state, api.role(), f.severity, api.finding_self(f),
	coalesce(f.due_on <= t.today, false)) a
 CROSS JOIN LATERAL api.finding_attachments(f.id, f.attachment_count) e
  LEFT JOIN LATERAL api.finding_clause(f.clause_id) c ON true
  LEFT JOIN hz.institution i ON i.id = f.institution_id
 WHERE f.id = :path_id
