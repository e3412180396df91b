SELECT * FROM api.report_acts(:path_id, 'conclusions', :limit, :after_1)
