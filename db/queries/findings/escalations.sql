SELECT * FROM api.finding_acts(:path_id, 'escalations', :limit, :after_1, :after_2)
