SELECT * FROM api.api_key_revoke(:path_id, :body)
