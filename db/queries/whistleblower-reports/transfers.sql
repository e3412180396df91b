SELECT * FROM api.report_acts(:path_id, 'transfers', :limit, :after_1)
