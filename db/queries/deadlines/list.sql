SELECT coalesce(json_agg(api.deadline_json(p.f, w) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit THEN (array_agg(json_build_array((p.f).due_on::text, (p.f).id::text) ORDER BY p.n))[:limit] END AS next_key
  FROM (SELECT l.f, row_number() OVER (ORDER BY (l.f).due_on, (l.f).id) AS n
	  FROM unnest(:districts) d
	 CROSS JOIN LATERAL (
		SELECT f
		  FROM hz.finding f
		 WHERE f.district = d AND f.is_open AND f.due_on IS NOT NULL
		   AND (f.due_on, f.id) > (:after_1::date, :after_2::uuid) --? after
		   AND f.due_on <= CASE :q_state WHEN 'overdue' THEN api.today() - 1 WHEN 'due_today' THEN api.today() ELSE 'infinity'::date END --? q_state
		   AND f.due_on >= CASE WHEN :q_state IN ('due_today', 'due_soon') THEN api.today() ELSE '-infinity'::date END --? q_state
		   AND f.due_on <= CASE :q_state WHEN 'due_soon' THEN api.today() + 7 ELSE 'infinity'::date END --? !q_within_days
		   AND f.due_on <= api.today() + :q_within_days::int --? q_within_days
		   AND f.responsible_name = :q_responsible --? q_responsible
		   AND f.institution_id = :q_institution_id --? q_institution_id
		   AND f.category = :q_category --? q_category
		   AND f.severity = :q_severity --? q_severity
		   AND f.district = :q_district --? q_district
		   AND f.street = :q_street --? q_street
		   AND f.institution_type = :q_type --? q_type
		 ORDER BY f.due_on, f.id
		 LIMIT :limit + 1) l
	 ORDER BY n
	 LIMIT :limit + 1) p
  LEFT JOIN hz.deadline w ON w.finding_id = (p.f).id AND w.current
