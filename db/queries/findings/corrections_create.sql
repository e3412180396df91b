SELECT * FROM api.finding_act(:path_id, 'corrections', :body)
