-- Findings that wait for re-inspection, until the day of its own clock where there is one, or for the approval of their closing.
SELECT l.*
  FROM unnest(:districts) d
 CROSS JOIN (VALUES ('to_reinspect', 'reinspection_requested', 'inspector'), ('to_approve_closure', 'awaiting_closure', 'leader')) s (task, state, role)
 CROSS JOIN LATERAL (
	SELECT s.task, 'finding' AS resource, f.id AS resource_id, '/v1/findings/' || f.id AS href, f.id, w.at, v.due_on,
	       f.last_act_at AS since, left(f.description, 80) AS title, f.institution_id, f.district, f.street, f.state
	  FROM hz.finding f
	  LEFT JOIN hz.clock c ON c.resource_id = f.id AND c.kind = 'reinspection' AND c.ended_at IS NULL
	 CROSS JOIN LATERAL (SELECT CASE s.task WHEN 'to_reinspect' THEN coalesce(c.due_on, f.due_on) END AS due_on) v
	 CROSS JOIN LATERAL (SELECT coalesce((v.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', f.last_act_at) AS at) w
	 WHERE f.district = d AND f.state = s.state AND s.role = :role
	   AND s.task = :q_task --? q_task
	   AND f.district = :q_district --? q_district
	   AND (w.at, f.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
	 ORDER BY w.at, f.id
	 LIMIT :limit + 1) l
