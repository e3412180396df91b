SELECT * FROM api.api_key_create(:body, :secret_hash)
