SELECT * FROM api.time_limit_create(:body)
