-- By district, or one by one for callers who have a list of institutions; the branch that does not apply is switched off.
WITH found AS (
SELECT b.* FROM unnest(:districts) AS s (district) CROSS JOIN LATERAL (
        SELECT
                i, i.name AS k1, i.id AS k2 --? sort_name
                i, i.created_at AS k1, i.id AS k2 --? sort_created_at
                i, i.created_at AS k1, i.id AS k2 --? sort_-created_at
          FROM hz.institution i
         WHERE i.district = s.district
           \ir _filter.sql
         ORDER BY i.name, i.id --? sort_name
         ORDER BY i.created_at, i.id --? sort_created_at
         ORDER BY i.created_at DESC, i.id DESC --? sort_-created_at
         LIMIT :limit + 1
       ) b
 WHERE cardinality(:institutions) = 0
 UNION ALL
SELECT
       i, i.name AS k1, i.id AS k2 --? sort_name
       i, i.created_at AS k1, i.id AS k2 --? sort_created_at
       i, i.created_at AS k1, i.id AS k2 --? sort_-created_at
  FROM hz.institution i
 WHERE i.id = ANY (:institutions)
   \ir _filter.sql
), page AS (
SELECT b.i, b.k1, b.k2, row_number() OVER (
         ORDER BY b.k1, b.k2 --? sort_name
         ORDER BY b.k1, b.k2 --? sort_created_at
         ORDER BY b.k1 DESC, b.k2 DESC --? sort_-created_at
       ) AS n
  FROM found b
 ORDER BY n
 LIMIT :limit + 1
)
SELECT json_agg(api.institution_json(p.i, u.name) ORDER BY p.n) FILTER (WHERE p.n <= :limit) AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array(p.k1, p.k2)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p LEFT JOIN hz.org_unit u ON u.id = (p.i).org_unit_id
