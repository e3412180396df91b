BEGIN;
DELETE FROM hz.media_task WHERE kind = 'document';
DROP INDEX hz.media_task_due;
CREATE INDEX media_task_due ON hz.media_task (due_at) WHERE state = 'waiting';
ALTER TABLE hz.media_task
	DROP CONSTRAINT media_task_subject_check,
	DROP CONSTRAINT media_task_kind_check,
	ADD CONSTRAINT media_task_kind_check CHECK (kind IN ('thumbnail', 'strip')),
	ALTER COLUMN sha256 SET NOT NULL,
	DROP COLUMN document_id;
DROP TABLE hz.document;
DELETE FROM hz.content c WHERE NOT EXISTS (SELECT FROM hz.attachment_type t WHERE t.type = c.type);
ALTER TABLE hz.content ADD CONSTRAINT content_type_fkey FOREIGN KEY (type) REFERENCES hz.attachment_type;
CREATE TABLE hz.order_number (
	district	text NOT NULL,
	year		int NOT NULL,
	last		int NOT NULL CHECK (last > 0),
	PRIMARY KEY (district, year)
);
ALTER TABLE hz.order_number ENABLE ROW LEVEL SECURITY;
INSERT INTO hz.order_number (district, year, last) SELECT district, year, last FROM hz.document_number WHERE kind = 'rectification_order';
DROP TABLE hz.document_number, hz.document_template, hz.document_style, hz.document_kind;
COMMIT;
