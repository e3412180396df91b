SELECT * FROM api.inspection_answers_put(:path_id, :body)
