SELECT * FROM api.finding_acts(:path_id, 'corrections', :limit, :after_1, :after_2)
