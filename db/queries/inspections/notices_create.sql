SELECT * FROM api.inspection_notice(:path_id, :body)
