SELECT max_bytes, types FROM api.report_page_file_admit(:q_receipt)
