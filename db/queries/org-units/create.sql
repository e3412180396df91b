SELECT * FROM api.org_unit_create(:body)
