-- Orders to serve: an inspector's own, the section chief's all.
SELECT l.*
  FROM unnest(:districts) d
 CROSS JOIN LATERAL (
	SELECT 'to_serve' AS task, 'rectification_order' AS resource, o.id AS resource_id, '/v1/rectification-orders/' || o.id AS href, o.id,
	       o.issued_at AS at, NULL::date AS due_on, o.issued_at AS since, o.number AS title, o.institution_id, o.district, o.street,
	       'issued' AS state
	  FROM hz.rectification_order o
	 WHERE o.district = d AND o.served_at IS NULL
	   AND (:role = 'section_chief' OR :role = 'inspector' AND o.actor_id = :me)
	   AND 'to_serve' = :q_task --? q_task
	   AND o.district = :q_district --? q_district
	   AND (o.issued_at, o.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
	 ORDER BY o.issued_at, o.id
	 LIMIT :limit + 1) l
