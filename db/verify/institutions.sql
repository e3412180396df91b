BEGIN;
SELECT id, code, district, street, type, subtype, ownership, name, uscc, address, longitude, latitude, beds, residents,
       disabled_residents, staff, principal_name, principal_phone, safety_officer_name, safety_officer_phone, org_unit_id,
       permits, risk_grade, status, version, created_at, created_by, updated_at FROM hz.institution WHERE false;
SELECT 1 / (relrowsecurity)::int FROM pg_class WHERE oid = 'hz.institution'::regclass;
ROLLBACK;
