SELECT * FROM api.report_acts(:path_id, 'reopenings', :limit, :after_1)
