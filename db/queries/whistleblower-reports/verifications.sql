SELECT * FROM api.report_acts(:path_id, 'verifications', :limit, :after_1)
