SELECT * FROM api.inspection_create(:body)
