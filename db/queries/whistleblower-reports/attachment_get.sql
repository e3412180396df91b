SELECT * FROM api.report_file_open(:path_id, :path_n::int)
