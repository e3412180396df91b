SELECT * FROM api.report_acts(:path_id, 'feedbacks', :limit, :after_1)
