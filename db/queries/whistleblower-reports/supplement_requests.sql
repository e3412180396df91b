SELECT * FROM api.report_acts(:path_id, 'supplement-requests', :limit, :after_1)
