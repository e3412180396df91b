SELECT 200 AS status, api.inspection_json(i) AS body, i.version, NULL AS location
  FROM hz.inspection i WHERE i.id = :path_id
