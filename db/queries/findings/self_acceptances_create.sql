SELECT * FROM api.finding_act(:path_id, 'self-acceptances', :body)
