-- What the job has put in order first, then what it has not come to yet; event ids follow the same order.
SELECT CASE WHEN NOT EXISTS (SELECT FROM hz.finding WHERE id = :path_id) THEN api.refuse('HZ404', '{"code": "not_found"}')::json
       ELSE json_agg(api.event_json(p.e, p.name) ORDER BY (p.e).id) FILTER (WHERE p.n <= :limit) END AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.e).id::text)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM (SELECT e, a.name, row_number() OVER (ORDER BY e.id) AS n
          FROM api.event_shown e LEFT JOIN hz.actor a ON a.id = e.actor_id
         WHERE e.resource_id = :path_id AND e.resource = 'finding'
           AND e.id > :after_1::bigint --? after
         ORDER BY e.id
         LIMIT :limit + 1) p
