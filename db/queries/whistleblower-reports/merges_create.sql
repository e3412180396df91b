SELECT * FROM api.report_merge(:path_id, :body)
