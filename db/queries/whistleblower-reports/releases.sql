SELECT * FROM api.report_acts(:path_id, 'releases', :limit, :after_1)
