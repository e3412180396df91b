SELECT * FROM api.identity_request_create(:path_id, :body)
