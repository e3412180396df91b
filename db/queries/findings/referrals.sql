SELECT * FROM api.finding_acts(:path_id, 'referrals', :limit, :after_1, :after_2)
