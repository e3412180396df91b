SELECT * FROM api.report_acts(:path_id, 'sign-offs', :limit, :after_1)
