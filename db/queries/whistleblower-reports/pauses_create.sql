SELECT * FROM api.report_step(:path_id, 'pauses', :body)
