SELECT api.attachment_check(a) AS sha256, a.size, a.type, a.filename
  FROM hz.attachment a
 WHERE a.id = :path_id
