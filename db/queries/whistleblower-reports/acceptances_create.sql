SELECT * FROM api.report_accept(:path_id, :body)
