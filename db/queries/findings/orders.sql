SELECT coalesce(json_agg(api.finding_order_json(o, t) ORDER BY t.round) FILTER (WHERE t.id IS NOT NULL), '[]') AS items,
       NULL::json AS next_key
  FROM hz.finding f
  LEFT JOIN (hz.rectification_order_item t JOIN hz.rectification_order o ON o.id = t.order_id) ON t.finding_id = f.id
 WHERE f.id = :path_id
 GROUP BY f.id
