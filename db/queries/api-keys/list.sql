SELECT json_agg(api.api_key_json(p.id) ORDER BY p.n) FILTER (WHERE p.n <= :limit) AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array(p.created_at, p.id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM (SELECT k.id, k.created_at, row_number() OVER (ORDER BY k.created_at DESC, k.id DESC) AS n
          FROM hz.api_key k
         WHERE true
           AND k.role = :q_role --? q_role
           AND k.actor_id = :q_actor_id --? q_actor_id
           AND (k.created_at, k.id) < (:after_1::timestamptz, :after_2::uuid) --? after
         ORDER BY k.created_at DESC, k.id DESC
         LIMIT :limit + 1) p
