-- In branches, each along one index, as in inspections/list.
WITH found AS (
	-- all of a district
	SELECT l.o FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT o
		  FROM hz.rectification_order o
		 WHERE o.district = s.district
		   \ir _filter.sql
		 ORDER BY o.issued_at DESC, o.id DESC --? sort_-issued_at
		 ORDER BY o.issued_at, o.id --? sort_issued_at
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL AND NOT coalesce(NOT :q_served, false)
	UNION ALL
	-- what is not served, by the index of it
	SELECT l.o FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT o
		  FROM hz.rectification_order o
		 WHERE o.district = s.district AND o.served_at IS NULL
		   \ir _filter.sql
		 ORDER BY o.issued_at DESC, o.id DESC --? sort_-issued_at
		 ORDER BY o.issued_at, o.id --? sort_issued_at
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL AND coalesce(NOT :q_served, false)
	UNION ALL
	-- those of institutions: the one asked for, or the caller's
	SELECT l.o FROM unnest(CASE WHEN :q_institution_id IS NULL THEN :institutions ELSE ARRAY[:q_institution_id] END) s (institution_id) CROSS JOIN LATERAL (
		SELECT o
		  FROM hz.rectification_order o
		 WHERE o.institution_id = s.institution_id
		   \ir _filter.sql
		 ORDER BY o.issued_at DESC, o.id DESC --? sort_-issued_at
		 ORDER BY o.issued_at, o.id --? sort_issued_at
		 LIMIT :limit + 1) l
), page AS (
	SELECT b.o, row_number() OVER (
		ORDER BY (b.o).issued_at DESC, (b.o).id DESC --? sort_-issued_at
		ORDER BY (b.o).issued_at, (b.o).id --? sort_issued_at
		) AS n
	  FROM found b
	 ORDER BY n
	 LIMIT :limit + 1)
SELECT coalesce(json_agg(api.order_json(p.o) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.o).issued_at, (p.o).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p
