SELECT * FROM api.report_acts(:path_id, 'returns', :limit, :after_1)
