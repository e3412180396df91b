SELECT api.report_page_attach(:q_receipt, :x_sha256, :x_size, :x_type) AS page
