SELECT * FROM api.finding_acts(:path_id, 'supervisions', :limit, :after_1, :after_2)
