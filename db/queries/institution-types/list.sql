SELECT json_agg(json_build_object('code', t.code, 'position', t.position, 'name', t.name_zh, 'name_en', t.name_en, 'subtypes',
         (SELECT coalesce(json_agg(json_build_object('code', s.code, 'name', s.name_zh, 'name_en', s.name_en) ORDER BY s.position), '[]')
            FROM hz.institution_subtype s WHERE s.type = t.code)) ORDER BY t.position) AS items,
       NULL::json AS next_key
  FROM hz.institution_type t
