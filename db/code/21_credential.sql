-- What auth.sql looks a key up in. A view of the owner, because no scope is known yet and policies would hide every key.
CREATE VIEW api.credential AS
SELECT k.key_hash, k.id AS key_id, k.actor_id, k.role, k.districts, k.types, k.streets, k.institutions, k.expires_at, k.revoked_at,
       a.disabled_at
  FROM hz.api_key k JOIN hz.actor a ON a.id = k.actor_id;
GRANT SELECT ON api.credential TO hz_api;
