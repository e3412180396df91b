SELECT 200 AS status, api.finding_detail(f) AS body, f.version
  FROM hz.finding f
 WHERE f.id = :path_id
