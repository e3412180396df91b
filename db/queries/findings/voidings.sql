SELECT * FROM api.finding_acts(:path_id, 'voidings', :limit, :after_1, :after_2)
