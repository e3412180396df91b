SELECT 200 AS status, api.org_unit_json(u) AS body, u.version
  FROM hz.org_unit u
 WHERE u.id = :path_id
