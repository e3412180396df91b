-- Major findings under an order that have no plan in this round yet.
SELECT l.*
  FROM unnest(:districts) d
 CROSS JOIN LATERAL (
	SELECT 'to_plan' AS task, 'finding' AS resource, f.id AS resource_id, '/v1/findings/' || f.id AS href, f.id, w.at, f.due_on,
	       f.last_act_at AS since, left(f.description, 80) AS title, f.institution_id, f.district, f.street, f.state
	  FROM hz.finding f
	 CROSS JOIN LATERAL (SELECT coalesce((f.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', f.last_act_at) AS at) w
	 WHERE f.district = d AND f.severity = 'major' AND f.state = 'ordered' AND f.is_open
	   AND NOT EXISTS (SELECT FROM hz.finding_act a WHERE a.finding_id = f.id AND a.command = 'plans' AND a.round = f.round)
	   AND :role = 'section_chief'
	   AND 'to_plan' = :q_task --? q_task
	   AND f.district = :q_district --? q_district
	   AND (w.at, f.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
	 ORDER BY w.at, f.id
	 LIMIT :limit + 1) l
