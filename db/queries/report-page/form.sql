SELECT api.report_page_form(:q_code) AS page
