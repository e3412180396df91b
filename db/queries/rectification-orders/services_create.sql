SELECT * FROM api.order_service_create(:path_id, :body)
