SELECT * FROM api.referral_receipt(:path_id, :path_rid, :body)
