SELECT * FROM api.finding_act(:path_id, 'reinspection-requests', :body)
