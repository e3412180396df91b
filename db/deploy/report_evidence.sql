BEGIN;
-- What reporters bring along, and the words they read.

-- A file a reporter brought has no maker here, and is seen with its report alone (report_file), never by itself.
ALTER TABLE hz.attachment
	ALTER created_by DROP NOT NULL,
	DROP CONSTRAINT attachment_source_check,
	ADD CONSTRAINT attachment_source_check CHECK (source IN ('upload', 'report')),
	ADD CONSTRAINT attachment_report_check CHECK ((source = 'report') = (created_by IS NULL) AND (source <> 'report' OR protected));

-- When bytes came, and when they were worked on, is kept to the hour, whoever brought them: those of reporters stand among the others.
ALTER TABLE hz.content ALTER created_at SET DEFAULT date_trunc('hour', now());
ALTER TABLE hz.media_task ALTER created_at SET DEFAULT date_trunc('hour', now());

-- The last message of the office that the reporter has fetched.
ALTER TABLE hz.report ADD read_upto int NOT NULL DEFAULT 0;

-- What a reporter reads, in plain words. %s: a day. kind: state, next (by the clock that runs, or by state), result, finding, file, mode.
CREATE TABLE hz.report_text (
	kind	text NOT NULL,
	code	text NOT NULL,
	zh	text NOT NULL,
	en	text NOT NULL,
	PRIMARY KEY (kind, code)
);
COMMIT;
