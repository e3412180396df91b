-- In branches, each along one index: what is under way, all of a district, and those of institutions.
WITH found AS (
	-- what is under way, by the index of it
	SELECT l.m FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT m
		  FROM hz.enforcement_measure m
		 WHERE m.district = s.district AND m.state NOT IN ('done', 'lifted', 'closed')
		   \ir _filter.sql
		 ORDER BY m.occurred_at DESC, m.id DESC --? sort_-occurred_at
		 ORDER BY m.occurred_at, m.id --? sort_occurred_at
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL AND coalesce(:q_open, false)
	UNION ALL
	-- all of a district
	SELECT l.m FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT m
		  FROM hz.enforcement_measure m
		 WHERE m.district = s.district
		   \ir _filter.sql
		 ORDER BY m.occurred_at DESC, m.id DESC --? sort_-occurred_at
		 ORDER BY m.occurred_at, m.id --? sort_occurred_at
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL AND NOT coalesce(:q_open, false)
	UNION ALL
	-- those of institutions: the one asked for, or the caller's
	SELECT l.m FROM unnest(CASE WHEN :q_institution_id IS NULL THEN :institutions ELSE ARRAY[:q_institution_id] END) s (institution_id) CROSS JOIN LATERAL (
		SELECT m
		  FROM hz.enforcement_measure m
		 WHERE m.institution_id = s.institution_id
		   \ir _filter.sql
		 ORDER BY m.occurred_at DESC, m.id DESC --? sort_-occurred_at
		 ORDER BY m.occurred_at, m.id --? sort_occurred_at
		 LIMIT :limit + 1) l
), page AS (
	SELECT b.m, row_number() OVER (
		ORDER BY (b.m).occurred_at DESC, (b.m).id DESC --? sort_-occurred_at
		ORDER BY (b.m).occurred_at, (b.m).id --? sort_occurred_at
		) AS n
	  FROM found b
	 ORDER BY n
	 LIMIT :limit + 1)
SELECT coalesce(json_agg(api.measure_json(p.m) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.m).occurred_at, (p.m).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p
