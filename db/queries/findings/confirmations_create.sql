SELECT * FROM api.finding_confirm(:path_id, :body)
