-- Work for hz-media: thumbnails, metadata taken out, documents made. A task is lent for a time and never held in a transaction, which
-- would keep events waiting for their positions. All of it runs as the owner: hz-media sees tasks, nothing else.

-- A picture wants its thumbnail, once for the same bytes.
CREATE FUNCTION api.media_thumbnail(p_sha256 bytea, p_type text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	INSERT INTO hz.media_task (kind, sha256, type)
	SELECT 'thumbnail', p_sha256, p_type FROM hz.attachment_type t WHERE t.type = p_type AND t.image
	ON CONFLICT (sha256) WHERE kind = 'thumbnail' DO NOTHING
$$;

-- Deletes content nobody has any more. Returns its hash in hex, for the file to be unlinked before the transaction ends; NULL
-- when it stays. An upload of the same bytes waits on the row, then brings it back.
CREATE FUNCTION api.content_drop(p_sha256 bytea) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM FROM hz.content WHERE sha256 = p_sha256 FOR UPDATE;
	-- a statement of its own: it sees what the one waited for has done
	DELETE FROM hz.content c WHERE c.sha256 = p_sha256 AND NOT EXISTS (SELECT FROM hz.attachment a WHERE a.sha256 = c.sha256)
	   AND NOT EXISTS (SELECT FROM hz.document d WHERE d.html_sha256 = c.sha256)
	   AND NOT EXISTS (SELECT FROM hz.document d WHERE d.pdf_sha256 = c.sha256);
	RETURN CASE WHEN FOUND THEN encode(p_sha256, 'hex') END;
END $$;

-- Of what was done to a reporter's file nothing stays but the file.
CREATE FUNCTION api.media_forget(p_id bigint) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	DELETE FROM hz.media_task t USING hz.attachment a WHERE t.id = p_id AND a.id = t.attachment_id AND a.source = 'report'
$$;

-- A task is given up: an attachment that could not be cleaned is never shown, and lets go of its bytes; a document says that it failed.
CREATE FUNCTION api.media_give_up(t hz.media_task, p_reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE hz.media_task SET state = 'failed', reason = p_reason, ended_at = now() WHERE id = t.id;
	PERFORM api.media_forget(t.id);
	UPDATE hz.attachment SET state = 'refused', reason = p_reason, sha256 = NULL WHERE id = t.attachment_id;
	UPDATE hz.attachment_link SET state = 'refused', sha256 = NULL WHERE attachment_id = t.attachment_id;
	UPDATE hz.document SET state = 'failed', reason = p_reason WHERE id = t.document_id;
END $$;

-- A task that is due, lent for p_lease_seconds, or p_document_seconds when it is a document; no row when there is none. Pictures go before
-- documents, the oldest first; of documents the newest is the one somebody waits for. After four tries in vain a task is given up
-- (its bytes go by the job).
CREATE FUNCTION api.media_take(p_lease_seconds int, p_document_seconds int)
RETURNS TABLE (id bigint, kind text, sha256 text, type text, size bigint, try int)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	t hz.media_task;
BEGIN
	LOOP
		SELECT * INTO t FROM hz.media_task m WHERE m.state = 'waiting' AND m.due_at <= now() AND NOT m.kind = 'document'
		 ORDER BY m.due_at LIMIT 1 FOR UPDATE SKIP LOCKED;
		IF NOT FOUND THEN
			SELECT * INTO t FROM hz.media_task m WHERE m.state = 'waiting' AND m.due_at <= now() AND m.kind = 'document'
			 ORDER BY m.due_at DESC, m.id DESC LIMIT 1 FOR UPDATE SKIP LOCKED;
		END IF;
		IF NOT FOUND THEN
			RETURN;
		END IF;
		EXIT WHEN t.tries < 4;
		PERFORM api.media_give_up(t, 'gave_up');
	END LOOP;
	UPDATE hz.media_task m SET tries = m.tries + 1, due_at = now() + interval '1 second'
		* CASE m.kind WHEN 'document' THEN p_document_seconds ELSE p_lease_seconds END WHERE m.id = t.id;
	RETURN QUERY SELECT t.id, t.kind, encode(t.sha256, 'hex'), t.type, (SELECT c.size FROM hz.content c WHERE c.sha256 = t.sha256), t.tries + 1;
END $$;

-- The attachment of a strip task gets its cleaned bytes; so do the records that show it.
CREATE FUNCTION api.media_cleaned(t hz.media_task, p_sha256 bytea, p_size bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM api.content_keep(p_sha256, p_size, t.type);
	UPDATE hz.attachment SET sha256 = p_sha256, size = p_size, state = 'here' WHERE id = t.attachment_id;
	UPDATE hz.attachment_link SET sha256 = p_sha256, size = p_size, state = 'here' WHERE attachment_id = t.attachment_id;
	-- the task stays with the attachment, not with the bytes that go
	UPDATE hz.media_task SET sha256 = p_sha256 WHERE id = t.id;
	PERFORM api.media_forget(t.id);
	PERFORM api.media_thumbnail(p_sha256, t.type) FROM hz.attachment a WHERE a.id = t.attachment_id AND a.source = 'upload';
END $$;

/* A task is done; p_sha256, p_size: of a strip, the cleaned file, which has been kept already. Does nothing unless the task is still
 * lent under p_try. Returns the hash of content to unlink before the commit, or NULL: the bytes with the metadata, when nobody
 * else has them; or the cleaned file, when its attachment has gone meanwhile. */
CREATE FUNCTION api.media_done(p_id bigint, p_try int, p_sha256 text, p_size bigint) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	t hz.media_task;
	v_sha256 CONSTANT bytea := decode(p_sha256, 'hex');
BEGIN
	SELECT * INTO t FROM hz.media_task WHERE id = p_id FOR UPDATE;
	IF NOT FOUND THEN
		RETURN CASE WHEN NOT EXISTS (SELECT FROM hz.content WHERE sha256 = v_sha256) THEN p_sha256 END;
	ELSIF t.state <> 'waiting' OR t.tries <> p_try THEN
		RETURN NULL;
	END IF;
	UPDATE hz.media_task SET state = 'done', reason = NULL, ended_at = now() WHERE id = p_id;
	IF t.kind = 'thumbnail' THEN
		RETURN NULL;
	END IF;
	PERFORM api.media_cleaned(t, v_sha256, p_size);
	RETURN CASE WHEN v_sha256 <> t.sha256 THEN api.content_drop(t.sha256) END;
END $$;

-- A try has failed: not p_final, it comes up again after a while that doubles; else, or after the fourth, it is given up.
-- Returns the hash of content to unlink before the commit, or NULL.
CREATE FUNCTION api.media_failed(p_id bigint, p_try int, p_reason text, p_final boolean) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	t hz.media_task;
BEGIN
	SELECT * INTO t FROM hz.media_task WHERE id = p_id FOR UPDATE;
	IF NOT FOUND OR t.state <> 'waiting' OR t.tries <> p_try THEN
		RETURN NULL;
	ELSIF p_final OR t.tries >= 4 THEN
		PERFORM api.media_give_up(t, p_reason);
		RETURN CASE WHEN t.kind = 'strip' THEN api.content_drop(t.sha256) END;
	END IF;
	UPDATE hz.media_task SET reason = p_reason, due_at = now() + (1 << t.tries) * interval '1 second' WHERE id = p_id;
	RETURN NULL;
END $$;

-- How it stands with the thumbnail of these bytes: waiting, done, failed; NULL when there will be none.
CREATE FUNCTION api.thumbnail_state(p_sha256 bytea) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT state FROM hz.media_task WHERE sha256 = p_sha256 AND kind = 'thumbnail'
$$;
