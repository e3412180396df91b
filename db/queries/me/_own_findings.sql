-- An institution's findings to put right; a major one that has no plan in this round yet, to plan.
SELECT l.*
  FROM unnest(:institutions) n
 CROSS JOIN LATERAL (
	SELECT w.task, 'finding' AS resource, f.id AS resource_id, '/v1/findings/' || f.id AS href, f.id, w.at, f.due_on,
	       f.last_act_at AS since, left(f.description, 80) AS title, f.institution_id, f.district, f.street, f.state
	  FROM hz.finding f
	 CROSS JOIN LATERAL (SELECT coalesce((f.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', f.found_at) AS at,
		CASE WHEN f.severity = 'major' AND f.state = 'ordered' AND NOT EXISTS (SELECT FROM hz.finding_act a
			WHERE a.finding_id = f.id AND a.command = 'plans' AND a.round = f.round) THEN 'to_plan' ELSE 'to_rectify' END AS task) w
	 WHERE f.institution_id = n AND f.is_open
	   AND (f.state IN ('ordered', 'rectifying') OR f.state = 'reported' AND f.self_found AND f.severity = 'general')
	   AND :role = 'institution'
	   AND w.task = :q_task --? q_task
	   AND f.district = :q_district --? q_district
	   AND (w.at, f.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
	 ORDER BY w.at, f.id
	 LIMIT :limit + 1) l
