SELECT * FROM api.upload_delete(:path_id)
