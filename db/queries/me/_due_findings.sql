-- Findings to re-inspect without having been asked to, once their day has come.
SELECT l.*
  FROM unnest(:districts) d
 CROSS JOIN LATERAL (
	SELECT 'to_reinspect' AS task, 'finding' AS resource, f.id AS resource_id, '/v1/findings/' || f.id AS href, f.id, w.at, f.due_on,
	       f.last_act_at AS since, left(f.description, 80) AS title, f.institution_id, f.district, f.street, f.state
	  FROM hz.finding f
	 CROSS JOIN LATERAL (SELECT (f.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS at) w
	 WHERE f.district = d AND f.is_open AND f.due_on IS NOT NULL AND f.due_on <= (SELECT api.today())
	   AND f.state IN ('ordered', 'rectifying')
	   AND :role = 'inspector'
	   AND 'to_reinspect' = :q_task --? q_task
	   AND f.district = :q_district --? q_district
	   AND f.due_on >= (SELECT (:after_1::timestamptz AT TIME ZONE 'Asia/Shanghai' - interval '1 day')::date) --? after
	   AND (w.at, f.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
	 ORDER BY f.due_on, f.id
	 LIMIT :limit + 1) l
