SELECT * FROM api.report_acts(:path_id, 'holds', :limit, :after_1)
