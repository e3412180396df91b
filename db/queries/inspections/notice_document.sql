SELECT f.*
  FROM hz.document d, api.document_file(d) f
 WHERE d.resource_id = :path_nid AND d.resource = 'inspection_act' AND d.inspection_id = :path_id
