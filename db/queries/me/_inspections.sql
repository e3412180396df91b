-- Visits to make, to conclude, to sign: an inspector's own, for others those of the kinds they may plan.
SELECT l.*
  FROM unnest(:districts) d
 CROSS JOIN LATERAL (
	SELECT w.task, 'inspection' AS resource, i.id AS resource_id, '/v1/inspections/' || i.id AS href, i.id, w.at,
	       CASE WHEN i.state = 'planned' THEN i.planned_on END AS due_on, coalesce(i.ended_at, i.started_at, i.created_at) AS since,
	       api.inspection_kind_name(i.kind) AS title, i.institution_id, i.district, i.street, i.state
	  FROM hz.inspection i
	 CROSS JOIN LATERAL (SELECT
		CASE i.state WHEN 'planned' THEN 'to_inspect' WHEN 'in_progress' THEN 'to_submit' ELSE 'to_sign' END AS task,
		CASE i.state WHEN 'planned' THEN (i.planned_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
			WHEN 'in_progress' THEN i.started_at ELSE i.ended_at END AS at) w
	 WHERE i.district = d AND i.state IN ('planned', 'in_progress', 'awaiting_signature')
	   AND :role IN ('inspector', 'section_chief', 'street', 'institution')
	   AND i.kind = ANY (SELECT unnest(t.kinds) FROM hz.transition t
		WHERE t.resource = 'inspection' AND t.command = 'create' AND :role = ANY (t.roles))
	   AND (:role <> 'inspector' OR i.id IN (SELECT m FROM api.inspections_of(:me) m))
	   AND i.state = CASE :q_task WHEN 'to_inspect' THEN 'planned' WHEN 'to_submit' THEN 'in_progress' WHEN 'to_sign' THEN 'awaiting_signature' END --? q_task
	   AND i.district = :q_district --? q_district
	   AND (w.at, i.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
	 ORDER BY w.at, i.id
	 LIMIT :limit + 1) l
