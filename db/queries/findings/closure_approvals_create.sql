SELECT * FROM api.finding_approve(:path_id, :body)
