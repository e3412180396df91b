SELECT * FROM api.finding_acts(:path_id, 'spot-checks', :limit, :after_1, :after_2)
