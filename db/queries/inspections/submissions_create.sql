SELECT * FROM api.inspection_submit(:path_id, :body)
