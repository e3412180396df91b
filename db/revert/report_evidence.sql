BEGIN;
DROP TABLE hz.report_text;
ALTER TABLE hz.report DROP read_upto;
ALTER TABLE hz.media_task ALTER created_at SET DEFAULT now();
ALTER TABLE hz.content ALTER created_at SET DEFAULT now();
-- what reporters brought has nowhere to stand any more
UPDATE hz.report_file SET attachment_id = NULL WHERE attachment_id IN (SELECT id FROM hz.attachment WHERE source = 'report');
DELETE FROM hz.attachment WHERE source = 'report';
ALTER TABLE hz.attachment
	DROP CONSTRAINT attachment_report_check,
	DROP CONSTRAINT attachment_source_check,
	ADD CONSTRAINT attachment_source_check CHECK (source IN ('upload')),
	ALTER created_by SET NOT NULL;
COMMIT;
