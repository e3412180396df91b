SELECT * FROM api.report_messages(:path_id, :limit, :after_1)
