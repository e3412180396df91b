SELECT * FROM api.order_create(:body)
