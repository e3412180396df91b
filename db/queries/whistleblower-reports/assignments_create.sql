SELECT * FROM api.report_assign(:path_id, :body)
