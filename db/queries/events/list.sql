SELECT json_agg(api.event_json(p.e, p.name) ORDER BY p.n) FILTER (WHERE p.n <= :limit) AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.e).position::text)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM (SELECT b.e, a.name, row_number() OVER (ORDER BY (b.e).position) AS n
          FROM unnest(:districts) AS d (district)
         CROSS JOIN LATERAL (
               SELECT e
                 FROM api.event_shown e
                WHERE e.district = d.district
                  AND e.position > (SELECT greatest(coalesce(:q_after, 0), coalesce(:after_1::bigint, 0)))
                  AND e.resource = :q_resource --? q_resource
                ORDER BY e.position
                LIMIT :limit + 1) b
          LEFT JOIN hz.actor a ON a.id = (b.e).actor_id
         ORDER BY n
         LIMIT :limit + 1) p
