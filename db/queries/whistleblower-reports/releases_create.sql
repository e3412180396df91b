SELECT * FROM api.report_release(:path_id, :body)
