BEGIN;
SELECT id, district, kind, name, parent_id, street, phone, status, version, created_at, created_by, updated_at FROM hz.org_unit WHERE false;
SELECT 1 / (relrowsecurity)::int FROM pg_class WHERE oid = 'hz.org_unit'::regclass;
ROLLBACK;
