SELECT * FROM api.finding_acts(:path_id, 'interim-measures', :limit, :after_1, :after_2)
