-- In branches, each along one index: what waits, all of a district, and those of institutions.
WITH found AS (
	-- what waits, by the index of it
	SELECT l.r FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT r
		  FROM hz.referral r
		 WHERE r.district = s.district AND r.state = 'waiting'
		   \ir _filter.sql
		 ORDER BY r.sent_at DESC, r.id DESC --? sort_-sent_at
		 ORDER BY r.sent_at, r.id --? sort_sent_at
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL AND (:q_state = 'waiting' OR coalesce(:q_overdue, false))
	UNION ALL
	-- all of a district
	SELECT l.r FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT r
		  FROM hz.referral r
		 WHERE r.district = s.district
		   \ir _filter.sql
		 ORDER BY r.sent_at DESC, r.id DESC --? sort_-sent_at
		 ORDER BY r.sent_at, r.id --? sort_sent_at
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL AND NOT coalesce(:q_state = 'waiting', false) AND NOT coalesce(:q_overdue, false)
	UNION ALL
	-- those of institutions: the one asked for, or the caller's
	SELECT l.r FROM unnest(CASE WHEN :q_institution_id IS NULL THEN :institutions ELSE ARRAY[:q_institution_id] END) s (institution_id) CROSS JOIN LATERAL (
		SELECT r
		  FROM hz.referral r
		 WHERE r.institution_id = s.institution_id
		   \ir _filter.sql
		 ORDER BY r.sent_at DESC, r.id DESC --? sort_-sent_at
		 ORDER BY r.sent_at, r.id --? sort_sent_at
		 LIMIT :limit + 1) l
), page AS (
	SELECT b.r, row_number() OVER (
		ORDER BY (b.r).sent_at DESC, (b.r).id DESC --? sort_-sent_at
		ORDER BY (b.r).sent_at, (b.r).id --? sort_sent_at
		) AS n
	  FROM found b
	 ORDER BY n
	 LIMIT :limit + 1)
SELECT coalesce(json_agg(api.referral_json(p.r) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.r).sent_at, (p.r).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p
