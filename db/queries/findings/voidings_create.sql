SELECT * FROM api.finding_act(:path_id, 'voidings', :body)
