BEGIN;
-- Reports that go on together are looked up by the one they went into.
CREATE INDEX report_merged_into ON hz.report (merged_into) WHERE merged_into IS NOT NULL;
ALTER TABLE hz.report ADD CONSTRAINT report_merged_into_check CHECK (merged_into <> id);

-- Who of a district may see a report, and who must not, is asked with every one of them.
CREATE INDEX api_key_districts ON hz.api_key USING gin (districts);

-- What reporters bring has a share of its own, and takes none of what staff may keep. Both count each content once.
ALTER TABLE hz.attachment_usage ADD report_bytes bigint NOT NULL DEFAULT 0;
UPDATE hz.attachment_usage u SET (bytes, report_bytes) = (
	SELECT coalesce(sum(c.size) FILTER (WHERE NOT c.of_report), 0), coalesce(sum(c.size) FILTER (WHERE c.of_report), 0)
	  FROM (SELECT DISTINCT a.sha256, a.size, a.source = 'report' AS of_report FROM hz.attachment a
		 WHERE a.district = u.district AND a.sha256 IS NOT NULL) c);
COMMIT;
