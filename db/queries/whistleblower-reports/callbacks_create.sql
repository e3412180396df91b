SELECT * FROM api.report_step(:path_id, 'callbacks', :body, CASE WHEN (:body ->> 'satisfied')::boolean THEN 'satisfied' ELSE 'dissatisfied' END)
