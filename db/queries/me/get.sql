SELECT 200 AS status,
       json_build_object('actor_id', a.id, 'name', a.name, 'kind', a.kind, 'certificate_no', a.certificate_no,
         'org_unit', (SELECT json_build_object('id', u.id, 'name', u.name) FROM hz.org_unit u WHERE u.id = a.org_unit_id),
         'role', k.role, 'districts', k.districts, 'types', k.types, 'streets', k.streets, 'institutions', k.institutions,
         'key', json_build_object('id', k.id, 'name', k.name, 'expires_at', api.ts(k.expires_at))) AS body
  FROM hz.api_key k JOIN hz.actor a ON a.id = k.actor_id
 WHERE k.id = (SELECT current_setting('app.key'))::uuid
