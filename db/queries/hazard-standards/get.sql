SELECT 200 AS status, api.hazard_standard_json(s) AS body, NULL::bigint AS version, NULL AS location
  FROM hz.hazard_standard s WHERE s.id = :path_id
