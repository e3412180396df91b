SELECT * FROM api.finding_order(:path_id, :body)
