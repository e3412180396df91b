SELECT * FROM api.report_acts(:path_id, 'pauses', :limit, :after_1)
