-- Rows come in branches, each of which walks one index and stops: by district; by institution, for callers who have a list of
-- them or ask for one; by the index of open deadlines, when only what is overdue is asked for. A branch that does not apply is
-- switched off before it starts. Bounds are subselects so that, behind the row policies, they still bound the index. Without a
-- cursor the page begins at the end of the order. The day is worked out once (OFFSET 0), so that finding_json() can be put in.
WITH found AS (
SELECT b.* FROM unnest(:districts) AS s (district) CROSS JOIN LATERAL (
        SELECT
                f, f.found_at AS k1, f.id AS k2 --? sort_-found_at
                f, f.found_at AS k1, f.id AS k2 --? sort_found_at
                f, f.due_key AS k1, f.id AS k2 --? sort_deadline
                f, f.created_at AS k1, f.id AS k2 --? sort_-created_at
          FROM hz.finding f
         WHERE f.district = s.district
           AND NOT (f.is_open AND COALESCE(f.due_on < (SELECT api.today()), false)) --? q_overdue
           \ir _filter.sql
           AND (f.due_key, f.id) > ((SELECT coalesce(:after_1::date, '-infinity')), (SELECT coalesce(:after_2, '00000000-0000-0000-0000-000000000000')::uuid)) --? sort_deadline
         ORDER BY f.found_at DESC, f.id DESC --? sort_-found_at
         ORDER BY f.found_at, f.id --? sort_found_at
         ORDER BY f.due_key, f.id --? sort_deadline
         ORDER BY f.created_at DESC, f.id DESC --? sort_-created_at
         LIMIT :limit + 1
       ) b
 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL
   AND NOT :q_overdue --? q_overdue
 UNION ALL
SELECT b.* FROM unnest(:districts) AS s (district) CROSS JOIN LATERAL (
        SELECT
                f, f.found_at AS k1, f.id AS k2 --? sort_-found_at
                f, f.found_at AS k1, f.id AS k2 --? sort_found_at
                f, f.due_on AS k1, f.id AS k2 --? sort_deadline
                f, f.created_at AS k1, f.id AS k2 --? sort_-created_at
          FROM hz.finding f
         WHERE f.district = s.district AND f.is_open AND f.due_on < (SELECT api.today())
           \ir _filter.sql
           AND (f.due_on, f.id) > ((SELECT coalesce(:after_1::date, '-infinity')), (SELECT coalesce(:after_2, '00000000-0000-0000-0000-000000000000')::uuid)) --? sort_deadline
         ORDER BY f.found_at DESC, f.id DESC --? sort_-found_at
         ORDER BY f.found_at, f.id --? sort_found_at
         ORDER BY f.due_on, f.id --? sort_deadline
         ORDER BY f.created_at DESC, f.id DESC --? sort_-created_at
         LIMIT :limit + 1
       ) b
 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL AND coalesce(:q_overdue, false)
 UNION ALL
SELECT b.* FROM unnest(CASE WHEN :q_institution_id IS NULL THEN :institutions ELSE ARRAY[:q_institution_id] END) AS s (institution_id) CROSS JOIN LATERAL (
        SELECT
                f, f.found_at AS k1, f.id AS k2 --? sort_-found_at
                f, f.found_at AS k1, f.id AS k2 --? sort_found_at
                f, f.due_key AS k1, f.id AS k2 --? sort_deadline
                f, f.created_at AS k1, f.id AS k2 --? sort_-created_at
          FROM hz.finding f
         WHERE f.institution_id = s.institution_id
           AND (f.is_open AND COALESCE(f.due_on < (SELECT api.today()), false)) = :q_overdue --? q_overdue
           \ir _filter.sql
           AND (f.due_key, f.id) > ((SELECT coalesce(:after_1::date, '-infinity')), (SELECT coalesce(:after_2, '00000000-0000-0000-0000-000000000000')::uuid)) --? sort_deadline
         ORDER BY f.found_at DESC, f.id DESC --? sort_-found_at
         ORDER BY f.found_at, f.id --? sort_found_at
         ORDER BY f.due_key, f.id --? sort_deadline
         ORDER BY f.created_at DESC, f.id DESC --? sort_-created_at
         LIMIT :limit + 1
       ) b
), page AS (
SELECT b.f, b.k1, b.k2, row_number() OVER (
         ORDER BY b.k1 DESC, b.k2 DESC --? sort_-found_at
         ORDER BY b.k1, b.k2 --? sort_found_at
         ORDER BY b.k1, b.k2 --? sort_deadline
         ORDER BY b.k1 DESC, b.k2 DESC --? sort_-created_at
       ) AS n
  FROM found b
 ORDER BY n
 LIMIT :limit + 1
)
SELECT json_agg(api.finding_json(p.f, i.name, t.today) ORDER BY p.n) FILTER (WHERE p.n <= :limit) AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array(p.k1, p.k2)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p CROSS JOIN (SELECT api.today() AS today OFFSET 0) t LEFT JOIN hz.institution i ON i.id = (p.f).institution_id
