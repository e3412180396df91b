SELECT * FROM api.reporter_status(:receipt_hash)
