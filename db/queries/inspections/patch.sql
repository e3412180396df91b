SELECT * FROM api.inspection_patch(:path_id, :if_match, :body)
