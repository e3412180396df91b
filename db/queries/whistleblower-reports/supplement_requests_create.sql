SELECT * FROM api.report_step(:path_id, 'supplement-requests', :body)
