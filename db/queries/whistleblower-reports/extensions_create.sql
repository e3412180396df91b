SELECT * FROM api.report_extend(:path_id, :body)
