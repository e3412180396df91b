SELECT * FROM api.org_unit_patch(:path_id, :if_match, :body)
