SELECT * FROM api.finding_act(:path_id, 'dismissals', :body)
