SELECT * FROM api.finding_escalate(:path_id, :body)
