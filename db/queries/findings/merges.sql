SELECT * FROM api.finding_acts(:path_id, 'merges', :limit, :after_1, :after_2)
