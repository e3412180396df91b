SELECT coalesce(json_agg(api.time_limit_json(p.l) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit
	THEN json_agg(json_build_array((p.l).code, (p.l).region, (p.l).effective_from)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM (SELECT l, row_number() OVER (ORDER BY l.code, l.region, l.effective_from) AS n
	  FROM hz.time_limit l
	 WHERE true
	   AND (l.code, l.region, l.effective_from) > (:after_1, :after_2, :after_3::date) --? after
	   AND l.code = :q_code --? q_code
	   AND l.resource = :q_resource --? q_resource
	   AND left(:q_region, length(l.region)) = l.region --? q_region
	   AND l.effective_from <= :q_on AND coalesce(l.effective_to, 'infinity') >= :q_on --? q_on
	 ORDER BY l.code, l.region, l.effective_from
	 LIMIT :limit + 1) p
