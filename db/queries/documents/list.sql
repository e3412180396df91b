-- In branches, each along one index, as in inspections/list; by ids, because what documents say is large and not wanted here.
WITH found AS (
	-- all of a district
	SELECT l.id, l.issued_at FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT d.id, d.issued_at
		  FROM hz.document d
		 WHERE d.district = s.district
		   \ir _filter.sql
		 ORDER BY d.issued_at DESC, d.id DESC --? sort_-issued_at
		 ORDER BY d.issued_at, d.id --? sort_issued_at
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL
	UNION ALL
	-- those of institutions: the one asked for, or the caller's
	SELECT l.id, l.issued_at FROM unnest(CASE WHEN :q_institution_id IS NULL THEN :institutions ELSE ARRAY[:q_institution_id] END) s (institution_id) CROSS JOIN LATERAL (
		SELECT d.id, d.issued_at
		  FROM hz.document d
		 WHERE d.institution_id = s.institution_id
		   \ir _filter.sql
		 ORDER BY d.issued_at DESC, d.id DESC --? sort_-issued_at
		 ORDER BY d.issued_at, d.id --? sort_issued_at
		 LIMIT :limit + 1) l
), page AS (
	SELECT b.id, b.issued_at, row_number() OVER (
		ORDER BY b.issued_at DESC, b.id DESC --? sort_-issued_at
		ORDER BY b.issued_at, b.id --? sort_issued_at
		) AS n
	  FROM found b
	 ORDER BY n
	 LIMIT :limit + 1)
SELECT coalesce(json_agg(api.document_json(d, i.name, k.name_zh, a.name) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array(p.issued_at, p.id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p
  JOIN hz.document d ON d.id = p.id
  LEFT JOIN hz.institution i ON i.id = d.institution_id
  LEFT JOIN hz.document_kind k ON k.code = d.kind
  LEFT JOIN hz.actor a ON a.id = d.issued_by
