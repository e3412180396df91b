SELECT * FROM api.finding_reinspect(:path_id, :body)
