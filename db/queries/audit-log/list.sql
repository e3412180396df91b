SELECT json_agg(json_build_object('id', p.l_id, 'at', api.ts(p.at), 'district', p.district, 'actor_id', p.actor_id, 'actor_name', a.name, 'role', p.role,
                'what', p.what, 'subject', p.subject, 'count', (p.detail ->> 'count')::int) ORDER BY p.n) FILTER (WHERE p.n <= :limit) AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array(p.l_id::text)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM (SELECT b.id AS l_id, b.at, b.district, b.actor_id, b.role, b.what, b.subject, b.detail, row_number() OVER (ORDER BY b.id DESC) AS n
          FROM unnest(:districts) AS s (district) CROSS JOIN LATERAL (
               SELECT l.*
                 FROM hz.audit_log l
                WHERE l.district = s.district
                  AND l.district = :q_district --? q_district
                  AND l.actor_id = :q_actor_id --? q_actor_id
                  AND l.what = :q_what --? q_what
                  AND l.subject = :q_subject --? q_subject
                  AND l.at >= (:q_from::timestamp AT TIME ZONE 'Asia/Shanghai') --? q_from
                  AND l.at < ((:q_to + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') --? q_to
                  AND l.id < :after_1::bigint --? after
                ORDER BY l.id DESC
                LIMIT :limit + 1) b
         ORDER BY n
         LIMIT :limit + 1) p
  LEFT JOIN hz.actor a ON a.id = p.actor_id
