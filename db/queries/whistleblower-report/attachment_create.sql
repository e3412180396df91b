SELECT * FROM api.reporter_file(:receipt_hash, :x_sha256, :x_size, :x_type)
