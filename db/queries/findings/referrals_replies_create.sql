SELECT * FROM api.referral_reply(:path_id, :path_rid, :body)
