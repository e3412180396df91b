SELECT api.report_page_admit(:body, :q_code) AS public_key
