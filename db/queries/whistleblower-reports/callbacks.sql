SELECT * FROM api.report_acts(:path_id, 'callbacks', :limit, :after_1)
