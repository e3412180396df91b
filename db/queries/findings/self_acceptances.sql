SELECT * FROM api.finding_acts(:path_id, 'self-acceptances', :limit, :after_1, :after_2)
