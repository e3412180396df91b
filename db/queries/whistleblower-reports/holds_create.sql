SELECT * FROM api.report_hold(:path_id, :body)
