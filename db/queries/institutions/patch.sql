SELECT * FROM api.institution_patch(:path_id, :if_match, :body)
