SELECT * FROM api.report_feedback(:path_id, :body)
