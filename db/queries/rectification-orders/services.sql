SELECT coalesce(json_agg(api.order_service_json(s) ORDER BY s.recorded_at, s.id) FILTER (WHERE s.id IS NOT NULL), '[]') AS items,
       NULL::json AS next_key
  FROM hz.rectification_order o
  LEFT JOIN hz.order_service s ON s.order_id = o.id
 WHERE o.id = :path_id
 GROUP BY o.id
