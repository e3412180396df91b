SELECT * FROM api.extension_decide(:path_id, :body)
