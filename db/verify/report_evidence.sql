BEGIN;
SELECT kind, code, zh, en FROM hz.report_text WHERE false;
SELECT read_upto FROM hz.report WHERE false;
SELECT 1 / count(*) FROM pg_constraint WHERE conname = 'attachment_report_check' AND conrelid = 'hz.attachment'::regclass;
ROLLBACK;
