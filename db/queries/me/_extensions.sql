-- Requests for extension to decide, until the day of their own clock where there is one.
SELECT l.*
  FROM unnest(:districts) d
 CROSS JOIN LATERAL (
	SELECT 'to_decide' AS task, 'extension' AS resource, e.id AS resource_id, '/v1/extensions/' || e.id AS href, e.id, w.at, c.due_on,
	       e.asked_at AS since, left('申请延期至 ' || e.new_deadline || '：' || e.reason, 80) AS title, e.institution_id, e.district,
	       e.street, e.state
	  FROM hz.extension e
	  LEFT JOIN hz.clock c ON c.resource_id = e.id AND c.kind = 'extension_decision' AND c.ended_at IS NULL
	 CROSS JOIN LATERAL (SELECT coalesce((c.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', e.asked_at) AS at) w
	 WHERE e.district = d AND e.state = 'pending'
	   AND :role = 'section_chief'
	   AND 'to_decide' = :q_task --? q_task
	   AND e.district = :q_district --? q_district
	   AND (w.at, e.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
	 ORDER BY w.at, e.id
	 LIMIT :limit + 1) l
