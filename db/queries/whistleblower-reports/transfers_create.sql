SELECT * FROM api.report_transfer(:path_id, :body)
