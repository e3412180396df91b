SELECT * FROM api.report_resume(:path_id, :body)
