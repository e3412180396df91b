SELECT api.referral_replies(:path_id, :path_rid) AS items, NULL::json AS next_key
