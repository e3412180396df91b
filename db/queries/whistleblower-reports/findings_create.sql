SELECT * FROM api.report_finding(:path_id, :body)
