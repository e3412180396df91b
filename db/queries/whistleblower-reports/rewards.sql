SELECT * FROM api.report_rewards(:path_id)
