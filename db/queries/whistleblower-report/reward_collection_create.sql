SELECT * FROM api.reporter_collect(:receipt_hash, :secret_hash)
