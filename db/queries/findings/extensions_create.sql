SELECT * FROM api.extension_request(:path_id, :body)
