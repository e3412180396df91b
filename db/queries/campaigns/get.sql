SELECT 200 AS status, api.campaign_json(c) AS body, c.version
  FROM hz.campaign c
 WHERE c.id = :path_id
