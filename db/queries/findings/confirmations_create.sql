SELECT * FROM api.finding_act(:path_id, 'confirmations', :body)
