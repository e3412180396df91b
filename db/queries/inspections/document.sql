SELECT * FROM api.inspection_document(:path_id)
