BEGIN;
DROP TABLE hz.media_task, hz.upload, hz.attachment_link, hz.attachment_usage, hz.attachment, hz.content, hz.attachment_quota,
	hz.attachment_rule, hz.attachment_type;
DROP INDEX hz.finding_district_awaited;
ALTER TABLE hz.finding DROP COLUMN attachment_count, DROP COLUMN awaited_count;
REVOKE USAGE ON SCHEMA hz FROM hz_media;	-- the role belongs to the cluster and may serve another database
COMMIT;
