SELECT coalesce(json_agg(api.inspection_json(p.i) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit THEN (array_agg(json_build_array((p.i).planned_on::text, (p.i).id::text) ORDER BY p.n))[:limit] END AS next_key
  FROM (SELECT l.i, row_number() OVER (
		ORDER BY coalesce((l.i).planned_on, '-infinity'::date) DESC, (l.i).id DESC --? sort_-planned_on
		ORDER BY coalesce((l.i).planned_on, '-infinity'::date), (l.i).id --? sort_planned_on
		) AS n
	  FROM unnest(:districts) d
	 CROSS JOIN LATERAL (
		SELECT i
		  FROM hz.inspection i
		 WHERE i.district = d
		   AND (coalesce(i.planned_on, '-infinity'::date), i.id) < (coalesce(:after_1::date, 'infinity'::date), coalesce(:after_2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)) --? sort_-planned_on
		   AND (coalesce(i.planned_on, '-infinity'::date), i.id) > (coalesce(:after_1::date, '-infinity'::date), coalesce(:after_2::uuid, '00000000-0000-0000-0000-000000000000'::uuid)) --? sort_planned_on
		   AND i.district = :q_district --? q_district
		   AND i.institution_id = :q_institution_id --? q_institution_id
		   AND i.kind = :q_kind --? q_kind
		   AND i.state = :q_state --? q_state
		   AND coalesce(i.planned_on, '-infinity'::date) >= :q_from --? q_from
		   AND coalesce(i.planned_on, '-infinity'::date) <= :q_to --? q_to
		   AND (i.state = 'planned' AND i.planned_on < api.today()) = :q_missed --? q_missed
		   AND EXISTS (SELECT FROM hz.inspection_inspector w WHERE w.inspection_id = i.id AND w.actor_id = :q_inspector) --? q_inspector
		   AND i.street = :q_street --? q_street
		   AND i.institution_type = :q_type --? q_type
		 ORDER BY coalesce(i.planned_on, '-infinity'::date) DESC, i.id DESC --? sort_-planned_on
		 ORDER BY coalesce(i.planned_on, '-infinity'::date), i.id --? sort_planned_on
		 LIMIT :limit + 1) l
	 ORDER BY n
	 LIMIT :limit + 1) p
