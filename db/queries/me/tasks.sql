-- One branch a kind of work; a branch that is not for the caller's role is never run. `at` orders all: the end of the due day,
-- or since when it waits.
SELECT coalesce(json_agg(json_build_object('task', p.task, 'resource', p.resource, 'resource_id', p.id,
		'href', '/v1/' || CASE p.resource WHEN 'inspection' THEN 'inspections' WHEN 'finding' THEN 'findings' ELSE 'rectification-orders' END || '/' || p.id,
		'title', p.title, 'institution_id', p.institution_id,
		'institution_name', (SELECT name FROM hz.institution n WHERE n.id = p.institution_id),
		'district', p.district, 'street', p.street, 'state', p.state, 'due_on', p.due_on,
		'overdue', coalesce(p.due_on < api.today(), false), 'since', api.ts(p.since)) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit THEN (array_agg(json_build_array(p.at::text, p.id::text) ORDER BY p.n))[:limit] END AS next_key
  FROM (SELECT u.*, row_number() OVER (ORDER BY u.at, u.id) AS n
	  FROM (
		SELECT l.*
		  FROM unnest(:districts) d
		 CROSS JOIN LATERAL (
			SELECT CASE i.state WHEN 'planned' THEN 'to_inspect' WHEN 'in_progress' THEN 'to_submit' ELSE 'to_sign' END AS task,
			       'inspection' AS resource, i.id, w.at, CASE WHEN i.state = 'planned' THEN i.planned_on END AS due_on,
			       coalesce(i.ended_at, i.started_at, i.created_at) AS since, api.inspection_kind_name(i.kind) AS title,
			       i.institution_id, i.district, i.street, i.state
			  FROM hz.inspection i
			 CROSS JOIN LATERAL (SELECT CASE i.state WHEN 'planned' THEN (i.planned_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
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
		UNION ALL
		SELECT l.*
		  FROM unnest(:districts) d
		 CROSS JOIN (VALUES ('to_confirm', 'reported'), ('to_order', 'confirmed')) s (task, state)
		 CROSS JOIN LATERAL (
			SELECT s.task, 'finding' AS resource, f.id, f.found_at AS at, NULL::date AS due_on, f.found_at AS since,
			       left(f.description, 80) AS title, f.institution_id, f.district, f.street, f.state
			  FROM hz.finding f
			 WHERE f.district = d AND f.state = s.state
			   AND :role IN ('inspector', 'section_chief')
			   AND s.task = :q_task --? q_task
			   AND f.district = :q_district --? q_district
			   AND (f.found_at, f.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
			 ORDER BY f.found_at, f.id
			 LIMIT :limit + 1) l
		UNION ALL
		SELECT l.*
		  FROM unnest(:districts) d
		 CROSS JOIN LATERAL (
			SELECT 'to_serve' AS task, 'rectification_order' AS resource, o.id, o.issued_at AS at, NULL::date AS due_on, o.issued_at AS since,
			       o.number AS title, o.institution_id, o.district, o.street, 'issued' AS state
			  FROM hz.rectification_order o
			 WHERE o.district = d AND o.served_at IS NULL
			   AND (:role = 'section_chief' OR :role = 'inspector' AND o.actor_id = :me)
			   AND 'to_serve' = :q_task --? q_task
			   AND o.district = :q_district --? q_district
			   AND (o.issued_at, o.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
			 ORDER BY o.issued_at, o.id
			 LIMIT :limit + 1) l
		UNION ALL
		SELECT l.*
		  FROM unnest(:districts) d
		 CROSS JOIN LATERAL (
			SELECT 'to_reinspect' AS task, 'finding' AS resource, f.id, w.at, f.due_on, f.last_act_at AS since,
			       left(f.description, 80) AS title, f.institution_id, f.district, f.street, f.state
			  FROM hz.finding f
			 CROSS JOIN LATERAL (SELECT coalesce((f.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', f.last_act_at) AS at) w
			 WHERE f.district = d AND f.state = 'reinspection_requested'
			   AND :role = 'inspector'
			   AND 'to_reinspect' = :q_task --? q_task
			   AND f.district = :q_district --? q_district
			   AND (w.at, f.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
			 ORDER BY w.at, f.id
			 LIMIT :limit + 1) l
		UNION ALL
		SELECT l.*
		  FROM unnest(:districts) d
		 CROSS JOIN LATERAL (
			SELECT 'to_reinspect' AS task, 'finding' AS resource, f.id, w.at, f.due_on, f.last_act_at AS since,
			       left(f.description, 80) AS title, f.institution_id, f.district, f.street, f.state
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
		UNION ALL
		SELECT l.*
		  FROM unnest(:institutions) n
		 CROSS JOIN LATERAL (
			SELECT 'to_rectify' AS task, 'finding' AS resource, f.id, w.at, f.due_on, f.last_act_at AS since,
			       left(f.description, 80) AS title, f.institution_id, f.district, f.street, f.state
			  FROM hz.finding f
			 CROSS JOIN LATERAL (SELECT coalesce((f.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', f.found_at) AS at) w
			 WHERE f.institution_id = n AND f.is_open
			   AND (f.state IN ('ordered', 'rectifying') OR f.state = 'reported' AND f.self_found AND f.severity = 'general')
			   AND :role = 'institution'
			   AND 'to_rectify' = :q_task --? q_task
			   AND f.district = :q_district --? q_district
			   AND (w.at, f.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
			 ORDER BY w.at, f.id
			 LIMIT :limit + 1) l
		) u
	 ORDER BY n
	 LIMIT :limit + 1) p
