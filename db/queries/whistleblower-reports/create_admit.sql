SELECT api.report_admit(:body) AS public_key
