SELECT * FROM api.campaign_patch(:path_id, :if_match, :body)
