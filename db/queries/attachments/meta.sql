SELECT 200 AS status, api.attachment_json(a) AS body
  FROM hz.attachment a
 WHERE a.id = :path_id
