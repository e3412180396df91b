SELECT * FROM api.report_acts(:path_id, 'escalations', :limit, :after_1)
