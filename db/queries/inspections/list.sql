-- Rows come in branches, each of which walks one index; a branch that does not apply is switched off before it starts. Without a
-- cursor the page begins at the end of the order.
WITH found AS (
	-- all of a district, walked by day
	SELECT l.i FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT i
		  FROM hz.inspection i
		 WHERE i.district = s.district
		   \ir _filter.sql
		 ORDER BY i.planned_key DESC, i.id DESC --? sort_-planned_on
		 ORDER BY i.planned_key, i.id --? sort_planned_on
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL AND :q_inspector IS NULL AND NOT coalesce(:q_missed, false)
	UNION ALL
	-- missed ones, by the index of what waits
	SELECT l.i FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT i
		  FROM hz.inspection i
		 WHERE i.district = s.district AND i.state = 'planned' AND i.planned_on < (SELECT api.today())
		   \ir _filter.sql
		 ORDER BY i.planned_key DESC, i.id DESC --? sort_-planned_on
		 ORDER BY i.planned_key, i.id --? sort_planned_on
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL AND :q_inspector IS NULL AND coalesce(:q_missed, false)
	UNION ALL
	-- one inspector's
	SELECT l.i FROM (VALUES (:q_inspector)) s (actor_id) CROSS JOIN LATERAL (
		SELECT i
		  FROM api.inspections_of(s.actor_id) m (id) JOIN hz.inspection i ON i.id = m.id
		 WHERE true
		   \ir _filter.sql
		 ORDER BY i.planned_key DESC, i.id DESC --? sort_-planned_on
		 ORDER BY i.planned_key, i.id --? sort_planned_on
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL AND :q_inspector IS NOT NULL
	UNION ALL
	-- those of institutions: the one asked for, or the caller's
	SELECT l.i FROM unnest(CASE WHEN :q_institution_id IS NULL THEN :institutions ELSE ARRAY[:q_institution_id] END) s (institution_id) CROSS JOIN LATERAL (
		SELECT i
		  FROM hz.inspection i
		 WHERE i.institution_id = s.institution_id
		   AND EXISTS (SELECT FROM hz.inspection_inspector m WHERE m.inspection_id = i.id AND m.actor_id = :q_inspector) --? q_inspector
		   \ir _filter.sql
		 ORDER BY i.planned_key DESC, i.id DESC --? sort_-planned_on
		 ORDER BY i.planned_key, i.id --? sort_planned_on
		 LIMIT :limit + 1) l
), page AS (
	SELECT b.i, row_number() OVER (
		ORDER BY (b.i).planned_key DESC, (b.i).id DESC --? sort_-planned_on
		ORDER BY (b.i).planned_key, (b.i).id --? sort_planned_on
		) AS n
	  FROM found b
	 ORDER BY n
	 LIMIT :limit + 1)
SELECT coalesce(json_agg(api.inspection_json(p.i) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.i).planned_key, (p.i).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p
