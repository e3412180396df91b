-- What the job lets go of. Each returns how many, or which one, so that the program can remove the files; it runs as the owner.

-- Attachments that nobody linked to a record in time. Their content goes by job_content_drop.
CREATE FUNCTION api.job_expire_attachments(p_limit int) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_gone int;
BEGIN
	DELETE FROM hz.attachment WHERE id IN (
		SELECT id FROM hz.attachment WHERE expires_at < api.now() AND linked_at IS NULL
		 ORDER BY expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED);
	GET DIAGNOSTICS v_gone = ROW_COUNT;
	RETURN v_gone;
END $$;

-- One content that neither an attachment nor a document has any more: its row is deleted and its hash returned in hex; the caller unlinks the file
-- and then commits. NULL when there is none.
CREATE FUNCTION api.job_content_drop() RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_sha256 bytea;
	v_gone text;
BEGIN
	FOR v_sha256 IN SELECT c.sha256 FROM hz.content c
		WHERE NOT EXISTS (SELECT FROM hz.attachment a WHERE a.sha256 = c.sha256)
		  AND NOT EXISTS (SELECT FROM hz.document d WHERE d.html_sha256 = c.sha256)
		  AND NOT EXISTS (SELECT FROM hz.document d WHERE d.pdf_sha256 = c.sha256) LIMIT 100 FOR UPDATE SKIP LOCKED
	LOOP
		v_gone := api.content_drop(v_sha256);
		EXIT WHEN v_gone IS NOT NULL;
	END LOOP;
	RETURN v_gone;
END $$;

-- 1 when a file of this hash (in hex) has a row, else 0.
CREATE FUNCTION api.job_content_known(p_sha256 text) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT count(*)::int FROM hz.content WHERE sha256 = decode(p_sha256, 'hex')
$$;

-- How it stands with an upload by its id: live (it may be continued), over, or unknown.
CREATE FUNCTION api.job_upload_state(p_id text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT coalesce((SELECT CASE WHEN finished_at IS NULL AND expires_at > api.now() THEN 'live' ELSE 'over' END
		FROM hz.upload WHERE id = p_id::uuid), 'unknown')
$$;

-- Expired uploads are remembered for a while, so that a device that comes back is told so.
CREATE FUNCTION api.job_expire_uploads(p_limit int) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_gone int;
BEGIN
	DELETE FROM hz.upload WHERE id IN (
		SELECT id FROM hz.upload WHERE expires_at < api.now() - api.attachment_rule('upload_gone_hours') * interval '1 hour'
		 ORDER BY expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED);
	GET DIAGNOSTICS v_gone = ROW_COUNT;
	RETURN v_gone;
END $$;

-- After how many seconds a file that was never finished is a leftover.
CREATE FUNCTION api.job_leftover_seconds() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT api.attachment_rule('leftover_hours') * 3600
$$;

-- What the files are held against, in the order of their hashes.
CREATE FUNCTION api.job_contents(p_after text, p_limit int) RETURNS TABLE (sha256 text, size bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT encode(c.sha256, 'hex'), c.size FROM hz.content c
	 WHERE c.sha256 > decode(p_after, 'hex') ORDER BY c.sha256 LIMIT p_limit
$$;
