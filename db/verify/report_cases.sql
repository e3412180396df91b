BEGIN;
SELECT report_bytes FROM hz.attachment_usage WHERE false;
SELECT 1 / count(*) FROM pg_class WHERE oid = 'hz.report_merged_into'::regclass;
ROLLBACK;
