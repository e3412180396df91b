SELECT * FROM api.finding_acts(:path_id, 'reinspection-requests', :limit, :after_1, :after_2)
