SELECT * FROM api.finding_acts(:path_id, 'plans', :limit, :after_1, :after_2)
