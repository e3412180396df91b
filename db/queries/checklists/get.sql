SELECT 200 AS status, api.checklist_json(c) AS body, NULL::bigint AS version, NULL AS location
  FROM hz.checklist c WHERE c.id = :path_id
