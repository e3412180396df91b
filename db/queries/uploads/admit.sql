-- The length was within the caps and the quota when it began; what is sent to it cannot be more.
SELECT u.id, u.length, api.upload_check(u) AS expires, u.finished_at IS NOT NULL AS finished, u.attachment_id, u.filename, u.type AS filetype,
       u.length AS max_bytes,
       (SELECT json_agg(json_build_object('type', t.type, 'max_bytes', t.max_bytes, 'extensions', t.extensions, 'strippable', t.strippable))
          FROM hz.attachment_type t) AS types
  FROM hz.upload u
 WHERE u.id = :path_id AND u.actor_id = :me
