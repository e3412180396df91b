SELECT * FROM api.inspection_sign(:path_id, :body)
