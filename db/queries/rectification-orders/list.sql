SELECT coalesce(json_agg(api.order_json(p.o) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]') AS items,
       CASE WHEN count(*) > :limit THEN (array_agg(json_build_array((p.o).issued_at::text, (p.o).id::text) ORDER BY p.n))[:limit] END AS next_key
  FROM (SELECT l.o, row_number() OVER (
		ORDER BY (l.o).issued_at DESC, (l.o).id DESC --? sort_-issued_at
		ORDER BY (l.o).issued_at, (l.o).id --? sort_issued_at
		) AS n
	  FROM unnest(:districts) d
	 CROSS JOIN LATERAL (
		SELECT o
		  FROM hz.rectification_order o
		 WHERE o.district = d
		   AND (o.issued_at, o.id) < (coalesce(:after_1::timestamptz, 'infinity'::timestamptz), coalesce(:after_2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)) --? sort_-issued_at
		   AND (o.issued_at, o.id) > (coalesce(:after_1::timestamptz, '-infinity'::timestamptz), coalesce(:after_2::uuid, '00000000-0000-0000-0000-000000000000'::uuid)) --? sort_issued_at
		   AND o.district = :q_district --? q_district
		   AND o.institution_id = :q_institution_id --? q_institution_id
		   AND o.inspection_id = :q_inspection_id --? q_inspection_id
		   AND (o.served_at IS NOT NULL) = :q_served --? q_served
		   AND o.issued_at >= :q_from::timestamp AT TIME ZONE 'Asia/Shanghai' --? q_from
		   AND o.issued_at < (:q_to + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' --? q_to
		   AND o.street = :q_street --? q_street
		   AND o.institution_type = :q_type --? q_type
		 ORDER BY o.issued_at DESC, o.id DESC --? sort_-issued_at
		 ORDER BY o.issued_at, o.id --? sort_issued_at
		 LIMIT :limit + 1) l
	 ORDER BY n
	 LIMIT :limit + 1) p
