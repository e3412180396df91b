SELECT * FROM api.identity_request_decide(:path_id, :body)
