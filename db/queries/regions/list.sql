SELECT json_agg(json_build_object('code', p.code, 'parent', p.parent, 'level', p.level, 'name', p.name) ORDER BY p.n)
         FILTER (WHERE p.n <= :limit) AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array(p.code)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM (SELECT r.*, row_number() OVER (ORDER BY r.code) AS n
          FROM hz.region r
         WHERE r.parent = :q_parent --? q_parent
         WHERE r.parent IS NULL --? !q_parent
           AND r.code > :after_1 --? after
         ORDER BY r.code
         LIMIT :limit + 1) p
