SELECT 200 AS status, api.api_key_json(k.id) AS body, k.version
  FROM hz.api_key k
 WHERE k.id = :path_id
