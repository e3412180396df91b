SELECT 200 AS status, api.extension_json(e, i.name, a.name, d.name, f.state) AS body, f.version
  FROM hz.extension e
  JOIN hz.finding f ON f.id = e.finding_id
  LEFT JOIN hz.institution i ON i.id = e.institution_id
  LEFT JOIN hz.actor a ON a.id = e.asked_by
  LEFT JOIN hz.actor d ON d.id = e.decided_by
 WHERE e.id = :path_id
