SELECT * FROM api.report_acts(:path_id, 'merges', :limit, :after_1)
