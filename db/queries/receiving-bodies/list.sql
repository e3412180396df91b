SELECT json_agg(json_build_object('code', code, 'position', position, 'name', name_zh, 'name_en', name_en) ORDER BY position) AS items,
       NULL::json AS next_key
  FROM hz.receiving_body
