SELECT 200 AS status, api.order_json(o) AS body, o.version, NULL AS location
  FROM hz.rectification_order o WHERE o.id = :path_id
