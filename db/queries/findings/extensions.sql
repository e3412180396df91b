SELECT CASE WHEN EXISTS (SELECT FROM hz.finding WHERE id = :path_id)
       THEN coalesce(json_agg(api.finding_extension_json(p.e, p.to_state, p.actor, p.decider) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]')
       ELSE api.refuse('HZ404', '{"code": "not_found"}')::json END AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.e).created_at, (p.e).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM (SELECT e, t.to_state, a.name AS actor, d.name AS decider, row_number() OVER (ORDER BY e.created_at, e.id) AS n
	  FROM hz.extension e
	  JOIN hz.finding_act t ON t.id = e.id
	  LEFT JOIN hz.actor a ON a.id = e.asked_by
	  LEFT JOIN hz.actor d ON d.id = e.decided_by
	 WHERE e.finding_id = :path_id
	   AND (e.created_at, e.id) > (:after_1::timestamptz, :after_2::uuid) --? after
	 ORDER BY e.created_at, e.id
	 LIMIT :limit + 1) p
