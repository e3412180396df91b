SELECT * FROM api.finding_acts(:path_id, 'dismissals', :limit, :after_1, :after_2)
