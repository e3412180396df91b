SELECT * FROM api.report_acts(:path_id, 'resumptions', :limit, :after_1)
