SELECT 200 AS status, api.document_json(d, i.name, k.name_zh, a.name) AS body
  FROM hz.document d
  LEFT JOIN hz.institution i ON i.id = d.institution_id
  LEFT JOIN hz.document_kind k ON k.code = d.kind
  LEFT JOIN hz.actor a ON a.id = d.issued_by
 WHERE d.id = :path_id
