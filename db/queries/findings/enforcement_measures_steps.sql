SELECT * FROM api.penalty_steps(:path_id, :path_mid, :limit, :after_1, :after_2)
