SELECT * FROM api.report_step(:path_id, 'sign-offs', :body)
