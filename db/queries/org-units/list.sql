SELECT json_agg(api.org_unit_json(p.u) ORDER BY p.n) FILTER (WHERE p.n <= :limit) AS items,
       CASE WHEN count(*) > :limit
       THEN json_agg(json_build_array((p.u).district, (p.u).name, (p.u).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM (SELECT u, row_number() OVER (ORDER BY u.district, u.name, u.id) AS n
          FROM hz.org_unit u
         WHERE u.district = ANY (:districts)
           AND u.district = :q_district --? q_district
           AND u.kind = :q_kind --? q_kind
           AND u.parent_id = :q_parent_id --? q_parent_id
           AND (u.district, u.name, u.id) > (:after_1, :after_2, :after_3::uuid) --? after
         ORDER BY u.district, u.name, u.id
         LIMIT :limit + 1) p
