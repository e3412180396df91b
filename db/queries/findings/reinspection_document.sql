SELECT f.*
  FROM hz.document d, api.document_file(d) f
 WHERE d.resource_id = :path_rid AND d.resource = 'finding_act' AND d.finding_ids = ARRAY[:path_id]
