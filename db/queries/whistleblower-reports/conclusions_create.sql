SELECT * FROM api.report_step(:path_id, 'conclusions', :body, :body ->> 'result')
