BEGIN;
SELECT id, district, kind, name, phone, certificate_no, org_unit_id, disabled_at, version, created_at, created_by, updated_at FROM hz.actor WHERE false;
SELECT id, actor_id, key_hash, name, role, districts, types, streets, institutions, expires_at, revoked_at, revoked_by, revoke_note,
       version, created_at, created_by, updated_at FROM hz.api_key WHERE false;
SELECT 1 / (relrowsecurity)::int FROM pg_class WHERE oid IN ('hz.actor'::regclass, 'hz.api_key'::regclass);
ROLLBACK;
