SELECT * FROM api.report_acts(:path_id, 'acceptances', :limit, :after_1)
