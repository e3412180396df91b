SELECT f.*
  FROM hz.document d, api.document_file(d) f
 WHERE d.resource_id = :path_id AND d.resource = 'rectification_order'
