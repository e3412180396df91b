SELECT * FROM api.upload_append(:path_id, :x_sha256, :x_size, :x_type)
