SELECT * FROM api.report_assignments(:path_id, :limit, :after_1)
