SELECT * FROM api.finding_spot_check(:path_id, :body)
