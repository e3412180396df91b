SELECT * FROM api.reporter_messages(:receipt_hash)
