SELECT * FROM api.inspection_start(:path_id, :body)
