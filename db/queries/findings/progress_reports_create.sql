SELECT * FROM api.finding_progress(:path_id, :body)
