SELECT * FROM api.report_take(:body, :secret_hash)
