SELECT coalesce(json_agg(api.checklist_summary_json(p.c) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit THEN (array_agg(json_build_array((p.c).code, (p.c).version::text) ORDER BY p.n))[:limit] END AS next_key
  FROM (SELECT c, row_number() OVER (ORDER BY c.code, c.version DESC) AS n
	  FROM hz.checklist c
	 WHERE true
	   AND (c.code, -c.version) > (:after_1, -(:after_2::int)) --? after
	   AND (c.institution_type IS NULL OR c.institution_type = :q_institution_type) --? q_institution_type
	   AND c.audience = :q_audience --? q_audience
	   AND c.code = :q_code --? q_code
	   AND api.checklist_current(c) = :q_current --? q_current
	 ORDER BY c.code, c.version DESC
	 LIMIT :limit + 1) p
