WITH page AS (
	SELECT x, row_number() OVER (ORDER BY x.recorded_at, x.id) AS n
	  FROM hz.inspection_act x
	 WHERE x.inspection_id = :path_id AND x.command = 'cancellations'
	   AND (x.recorded_at, x.id) > (:after_1::timestamptz, :after_2::uuid) --? after
	 ORDER BY x.recorded_at, x.id
	 LIMIT :limit + 1)
SELECT CASE WHEN EXISTS (SELECT FROM hz.inspection WHERE id = :path_id)
       THEN coalesce(json_agg(api.inspection_act_json(p.x) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]')
       ELSE api.refuse('HZ404', '{"code": "not_found"}')::json END AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.x).recorded_at, (p.x).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p
