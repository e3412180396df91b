-- Findings to take up, and to order put right, in the order in which they were found.
SELECT l.*
  FROM unnest(:districts) d
 CROSS JOIN (VALUES ('to_confirm', 'reported'), ('to_order', 'confirmed')) s (task, state)
 CROSS JOIN LATERAL (
	SELECT s.task, 'finding' AS resource, f.id AS resource_id, '/v1/findings/' || f.id AS href, f.id, f.found_at AS at,
	       NULL::date AS due_on, f.found_at AS since, left(f.description, 80) AS title, f.institution_id, f.district, f.street, f.state
	  FROM hz.finding f
	 WHERE f.district = d AND f.state = s.state
	   AND :role IN ('inspector', 'section_chief')
	   AND s.task = :q_task --? q_task
	   AND f.district = :q_district --? q_district
	   AND (f.found_at, f.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
	 ORDER BY f.found_at, f.id
	 LIMIT :limit + 1) l
