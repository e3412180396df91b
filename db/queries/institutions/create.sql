SELECT * FROM api.institution_create(:body)
