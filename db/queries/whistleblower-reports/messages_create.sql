SELECT * FROM api.report_message(:path_id, :body)
