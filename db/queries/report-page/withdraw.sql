SELECT api.report_page_withdraw(:body) AS page
