SELECT * FROM api.finding_acts(:path_id, 'enforcement-measures', :limit, :after_1, :after_2)
