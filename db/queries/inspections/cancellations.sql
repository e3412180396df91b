SELECT coalesce(json_agg(api.inspection_act_json(a) ORDER BY a.recorded_at, a.id) FILTER (WHERE a.id IS NOT NULL), '[]') AS items,
       NULL::json AS next_key
  FROM hz.inspection i
  LEFT JOIN hz.inspection_act a ON a.inspection_id = i.id AND a.command = 'cancellations'
 WHERE i.id = :path_id
 GROUP BY i.id
