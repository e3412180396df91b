SELECT u.id, u.length, api.upload_check(u) AS expires, u.finished_at IS NOT NULL AS finished, u.attachment_id, api.upload_json(u) AS body
  FROM hz.upload u
 WHERE u.id = :path_id AND u.actor_id = :me
