SELECT * FROM api.finding_create(:body)
