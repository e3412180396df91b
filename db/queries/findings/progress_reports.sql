SELECT * FROM api.finding_acts(:path_id, 'progress-reports', :limit, :after_1, :after_2)
