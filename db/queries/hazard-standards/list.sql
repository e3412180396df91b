SELECT coalesce(json_agg(api.hazard_standard_summary_json(p.s) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit THEN (array_agg(json_build_array((p.s).code, (p.s).effective_from, (p.s).id) ORDER BY p.n))[:limit] END AS next_key
  FROM (SELECT s, row_number() OVER (ORDER BY s.code, s.effective_from DESC, s.id) AS n
	  FROM hz.hazard_standard s
	 WHERE true
	   AND (s.code, date '9999-12-31' - s.effective_from, s.id) > (:after_1, date '9999-12-31' - :after_2::date, :after_3::uuid) --? after
	   AND s.institution_type = :q_institution_type --? q_institution_type
	   AND api.hazard_in_force(s, :q_on) --? q_on
	   AND api.hazard_in_force(s, api.today()) = :q_current --? q_current
	 ORDER BY s.code, s.effective_from DESC, s.id
	 LIMIT :limit + 1) p
