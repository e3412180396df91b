SELECT * FROM api.report_acts(:path_id, 'extensions', :limit, :after_1)
