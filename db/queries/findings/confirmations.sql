SELECT * FROM api.finding_acts(:path_id, 'confirmations', :limit, :after_1, :after_2)
