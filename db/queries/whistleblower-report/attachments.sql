SELECT * FROM api.reporter_files(:receipt_hash)
