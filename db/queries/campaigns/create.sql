SELECT * FROM api.campaign_create(:body)
