SELECT * FROM api.reporter_say(:receipt_hash, :body)
