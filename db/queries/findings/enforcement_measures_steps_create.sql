SELECT * FROM api.penalty_step(:path_id, :path_mid, :body)
