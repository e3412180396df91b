SELECT * FROM api.finding_acts(:path_id, 'closure-approvals', :limit, :after_1, :after_2)
