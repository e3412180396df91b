SELECT * FROM api.finding_acts(:path_id, 'terminations', :limit, :after_1, :after_2)
