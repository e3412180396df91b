WITH page AS (
	SELECT t, o, row_number() OVER (ORDER BY t.round) AS n
	  FROM hz.rectification_order_item t JOIN hz.rectification_order o ON o.id = t.order_id
	 WHERE t.finding_id = :path_id
	   AND t.round > :after_1::int --? after
	 ORDER BY t.round
	 LIMIT :limit + 1)
SELECT CASE WHEN EXISTS (SELECT FROM hz.finding WHERE id = :path_id)
       THEN coalesce(json_agg(api.finding_order_json(p.o, p.t) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]')
       ELSE api.refuse('HZ404', '{"code": "not_found"}')::json END AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.t).round::text)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p
