SELECT * FROM api.finding_secure(:path_id, :body)
