SELECT * FROM api.measure_create(:path_id, :body)
