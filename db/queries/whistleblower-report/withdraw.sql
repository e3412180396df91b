SELECT * FROM api.reporter_withdraw(:receipt_hash, :body)
