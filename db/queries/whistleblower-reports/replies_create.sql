SELECT * FROM api.report_reply(:path_id, :path_assignment_id, :body)
