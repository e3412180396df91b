SELECT * FROM api.finding_merge(:path_id, :body)
