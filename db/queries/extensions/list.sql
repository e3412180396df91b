-- In branches, each along one index, as in inspections/list.
WITH found AS (
	-- all of a district
	SELECT l.e FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT e
		  FROM hz.extension e
		 WHERE e.district = s.district
		   \ir _filter.sql
		 ORDER BY e.asked_at DESC, e.id DESC --? sort_-asked_at
		 ORDER BY e.asked_at, e.id --? sort_asked_at
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL
	UNION ALL
	-- those of institutions: the one asked for, or the caller's
	SELECT l.e FROM unnest(CASE WHEN :q_institution_id IS NULL THEN :institutions ELSE ARRAY[:q_institution_id] END) s (institution_id) CROSS JOIN LATERAL (
		SELECT e
		  FROM hz.extension e
		 WHERE e.institution_id = s.institution_id
		   \ir _filter.sql
		 ORDER BY e.asked_at DESC, e.id DESC --? sort_-asked_at
		 ORDER BY e.asked_at, e.id --? sort_asked_at
		 LIMIT :limit + 1) l
), page AS (
	SELECT b.e, row_number() OVER (
		ORDER BY (b.e).asked_at DESC, (b.e).id DESC --? sort_-asked_at
		ORDER BY (b.e).asked_at, (b.e).id --? sort_asked_at
		) AS n
	  FROM found b
	 ORDER BY n
	 LIMIT :limit + 1)
SELECT coalesce(json_agg(api.extension_json(p.e, i.name, a.name, d.name, f.state) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.e).asked_at, (p.e).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p
  JOIN hz.finding f ON f.id = (p.e).finding_id
  LEFT JOIN hz.institution i ON i.id = (p.e).institution_id
  LEFT JOIN hz.actor a ON a.id = (p.e).asked_by
  LEFT JOIN hz.actor d ON d.id = (p.e).decided_by
