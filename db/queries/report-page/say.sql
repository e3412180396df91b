SELECT api.report_page_say(:body) AS page
