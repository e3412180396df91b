SELECT * FROM api.inspection_cancel(:path_id, :body)
