SELECT body AS page FROM api.report_take(api.report_page_body(:body, :q_code), :secret_hash)
