SELECT api.report_page_collect(:body, :secret_hash) AS page
