SELECT * FROM api.finding_refer(:path_id, :body)
