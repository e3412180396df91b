-- In branches, each along one index. The bounds are subselects so that, behind the row policies, they still limit the index.
WITH found AS (
	-- all of a district, by day
	SELECT l.f FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT f
		  FROM hz.finding f
		 WHERE f.district = s.district
		   \ir _filter.sql
		 ORDER BY f.due_on, f.id
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL
	UNION ALL
	-- those of institutions: the one asked for, or the caller's
	SELECT l.f FROM unnest(CASE WHEN :q_institution_id IS NULL THEN :institutions ELSE ARRAY[:q_institution_id] END) s (institution_id) CROSS JOIN LATERAL (
		SELECT f
		  FROM hz.finding f
		 WHERE f.institution_id = s.institution_id
		   \ir _filter.sql
		 ORDER BY f.due_on, f.id
		 LIMIT :limit + 1) l
), page AS (
	SELECT b.f, row_number() OVER (ORDER BY (b.f).due_on, (b.f).id) AS n
	  FROM found b
	 ORDER BY n
	 LIMIT :limit + 1)
SELECT coalesce(json_agg(api.deadline_json(p.f, w, i.name, t.today, h.changes) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.f).due_on, (p.f).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p
 CROSS JOIN (SELECT api.today() AS today OFFSET 0) t
 CROSS JOIN LATERAL api.deadline_changes((p.f).id) h
  LEFT JOIN hz.institution i ON i.id = (p.f).institution_id
  LEFT JOIN hz.deadline w ON w.finding_id = (p.f).id AND w.current
