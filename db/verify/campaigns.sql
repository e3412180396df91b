BEGIN;
SELECT id, district, parent_id, name, theme, document_number, starts_on, ends_on, categories, note, version, created_at, created_by, updated_at
  FROM hz.campaign WHERE false;
SELECT campaign_id FROM hz.inspection WHERE false;
SELECT campaign_id FROM hz.finding WHERE false;
SELECT 1 / (relrowsecurity)::int FROM pg_class WHERE oid = 'hz.campaign'::regclass;
ROLLBACK;
