SELECT * FROM api.finding_acts(:path_id, 'reinspections', :limit, :after_1, :after_2)
