SELECT * FROM api.finding_supervise(:path_id, :body)
