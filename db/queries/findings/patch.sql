SELECT * FROM api.finding_patch(:path_id, :if_match, :body)
