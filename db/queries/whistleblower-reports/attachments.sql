SELECT * FROM api.report_files(:path_id)
