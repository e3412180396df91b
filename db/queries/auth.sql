-- Who is calling: $1 SHA-256 of the key, $2 the roles the operation is for. Sets the scope of this transaction and returns
-- the actor and the day (for tags of what changes with it); refuses by an error, so that nothing queued behind it runs. The order of the CASE is the order of refusals.
SELECT CASE
       WHEN c.key_id IS NULL OR c.revoked_at IS NOT NULL OR c.disabled_at IS NOT NULL OR c.expires_at <= api.now()
       THEN api.refuse('HZ401', '{"code": "unauthorized"}')
       WHEN c.role <> ALL ($2::text[])
       THEN api.refuse('HZ403', '{"code": "forbidden"}')
       ELSE set_config('app.actor', c.actor_id::text, true)
         || set_config('app.key', c.key_id::text, true)
         || set_config('app.role', c.role, true)
         || set_config('app.districts', array_to_string(c.districts, ','), true)
         || set_config('app.types', array_to_string(c.types, ','), true)
         || set_config('app.streets', array_to_string(c.streets, ','), true)
         || set_config('app.institutions', array_to_string(c.institutions, ','), true)
         || set_config('app.hidden', api.hidden_categories(c.role), true)
         -- sees all of its districts: the policies need not look at what is narrower
         || set_config('app.wide', CASE WHEN c.types = '{}' AND c.streets = '{}' AND c.institutions = '{}'
                AND c.role NOT IN ('street', 'institution', 'staff', 'integration') THEN 'yes' ELSE 'no' END, true)
       END AS set,
       c.actor_id, c.role, to_char(api.today(), 'YYYYMMDD') AS day
  FROM (SELECT $1::bytea AS key_hash) q
  LEFT JOIN api.credential c USING (key_hash)
