SELECT 200 AS status, api.institution_json(i, u.name) AS body, i.version
  FROM hz.institution i LEFT JOIN hz.org_unit u ON u.id = i.org_unit_id
 WHERE i.code = upper(:path_code)
