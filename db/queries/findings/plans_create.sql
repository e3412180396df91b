SELECT * FROM api.finding_plan(:path_id, :body)
