BEGIN;
ALTER TABLE hz.attachment_usage DROP report_bytes;
DROP INDEX hz.api_key_districts;
ALTER TABLE hz.report DROP CONSTRAINT report_merged_into_check;
DROP INDEX hz.report_merged_into;
COMMIT;
