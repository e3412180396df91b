SELECT * FROM api.report_acts(:path_id, 'findings', :limit, :after_1)
