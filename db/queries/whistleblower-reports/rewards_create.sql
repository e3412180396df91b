SELECT * FROM api.report_reward(:path_id, :body)
