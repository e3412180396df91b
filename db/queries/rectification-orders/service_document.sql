SELECT f.*
  FROM hz.document d, api.document_file(d) f
 WHERE d.resource_id = :path_sid AND d.resource = 'order_service' AND d.order_id = :path_id
