SELECT api.report_page_status(:body ->> 'receipt', NULL) AS page
