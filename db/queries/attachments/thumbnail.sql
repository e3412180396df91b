SELECT api.attachment_check(a) AS sha256, api.thumbnail_state(a.sha256) AS state
  FROM hz.attachment a
 WHERE a.id = :path_id
