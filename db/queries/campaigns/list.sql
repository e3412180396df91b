SELECT json_agg(api.campaign_json(p.c) ORDER BY p.n) FILTER (WHERE p.n <= :limit) AS items,
       CASE WHEN count(*) > :limit
       THEN json_agg(json_build_array((p.c).starts_on, (p.c).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM (SELECT c, row_number() OVER (ORDER BY c.starts_on DESC, c.id DESC) AS n
	  FROM hz.campaign c
	 WHERE c.district = ANY (:districts)
	   AND c.district = :q_district --? q_district
	   AND c.parent_id = :q_parent_id --? q_parent_id
	   AND :q_on BETWEEN c.starts_on AND c.ends_on --? q_on
	   AND (c.starts_on, c.id) < (:after_1::date, :after_2::uuid) --? after
	 ORDER BY c.starts_on DESC, c.id DESC
	 LIMIT :limit + 1) p
