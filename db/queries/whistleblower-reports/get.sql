SELECT * FROM api.report_read(:path_id)
