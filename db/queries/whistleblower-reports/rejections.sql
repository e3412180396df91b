SELECT * FROM api.report_acts(:path_id, 'rejections', :limit, :after_1)
