-- Uploads that may be continued (tus). How much of one has been received is the size of its incoming file and stands in no row;
-- here is whose it is, how long it will be, until when it may be continued, and what has come of it.

-- Upload-Expires, an HTTP date.
CREATE FUNCTION api.upload_expires(u hz.upload) RETURNS text
LANGUAGE sql STABLE AS $$ SELECT to_char(u.expires_at AT TIME ZONE 'UTC', 'Dy, DD Mon YYYY HH24:MI:SS "GMT"') $$;

CREATE FUNCTION api.upload_json(u hz.upload) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', u.id, 'state', CASE WHEN u.finished_at IS NULL THEN 'open' ELSE 'finished' END,
		'district', u.district, 'length', u.length, 'filename', u.filename, 'filetype', u.type, 'protected', u.protected,
		'attachment_id', u.attachment_id, 'created_at', api.ts(u.created_at), 'expires_at', api.ts(u.expires_at))
$$;

-- Refuses one that has expired or was given up (which is to expire at once); returns until when it is good.
CREATE FUNCTION api.upload_check(u hz.upload) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF u.expires_at <= api.now() THEN
		PERFORM api.refuse('HZ410', '{"code": "upload_gone"}');
	END IF;
	RETURN api.upload_expires(u);
END $$;

-- The most a file of this name may have, in bytes: its type's cap, or the highest where the name says nothing. What it really is
-- shows when it is whole.
CREATE FUNCTION api.upload_cap(p_filename text) RETURNS bigint
LANGUAGE sql STABLE AS $$
	SELECT coalesce(max(max_bytes) FILTER (WHERE lower(substring(p_filename FROM '\.([^.]+)$')) = ANY (extensions)), max(max_bytes))
	  FROM hz.attachment_type
$$;

-- p_length: bytes of the whole file. Errors: malformed_request, out_of_scope, payload_too_large, quota_exceeded.
CREATE FUNCTION api.upload_create(p_length bigint, p_filename text, p_filetype text, p_district text, p_protected boolean,
	OUT id uuid, OUT expires text, OUT body json)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	u hz.upload;
	v_cap CONSTANT bigint := api.upload_cap(p_filename);
	v record;
BEGIN
	IF p_district IS NULL AND cardinality(api.districts()) <> 1 THEN
		PERFORM api.refuse('HZ400', jsonb_build_object('code', 'malformed_request', 'errors', jsonb_build_array(
			api.fault('Upload-Metadata', 'required', '您管辖多个区县，请在 district 里写明附件归哪个区县'))));
	ELSIF p_length > v_cap THEN
		PERFORM api.refuse('HZ413', jsonb_build_object('code', 'payload_too_large', 'max_bytes', v_cap));
	END IF;
	v := api.attachment_admit(p_district, p_protected, p_length);
	INSERT INTO hz.upload (id, district, actor_id, length, filename, type, protected, created_at, expires_at)
	VALUES (api.uuid_v7(), v.district, api.me(), p_length, p_filename, p_filetype, p_protected, api.now(),
		api.now() + api.attachment_rule('upload_hours') * interval '1 hour')
	RETURNING * INTO u;
	id := u.id;
	expires := api.upload_expires(u);
	body := api.upload_json(u);
END $$;

-- A piece has been received: p_sha256 NULL when there is more to come, else the file is whole and kept, and this makes the attachment
-- of it. A repeat gives the same attachment. Errors: upload_gone, and those of attachment_record().
CREATE FUNCTION api.upload_append(p_id uuid, p_sha256 text, p_size bigint, p_type text,
	OUT id uuid, OUT expires text, OUT finished boolean, OUT attachment_id uuid)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	u hz.upload;
	a api.answer;
BEGIN
	SELECT * INTO u FROM hz.upload t WHERE t.id = p_id AND t.actor_id = api.me() FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	expires := api.upload_check(u);
	IF u.finished_at IS NULL AND p_sha256 IS NOT NULL THEN
		-- first, so that the quota does not count it twice
		UPDATE hz.upload t SET finished_at = api.now() WHERE t.id = u.id RETURNING * INTO u;
		a := api.attachment_record(p_sha256, p_size, p_type, u.filename, u.district, u.protected);
		UPDATE hz.upload t SET attachment_id = (a.body ->> 'id')::uuid WHERE t.id = u.id RETURNING * INTO u;
	END IF;
	id := u.id;
	finished := u.finished_at IS NOT NULL;
	attachment_id := u.attachment_id;
END $$;

-- Given up: gone from now on. What has come of it stays.
CREATE FUNCTION api.upload_delete(p_id uuid, OUT id uuid)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	u hz.upload;
BEGIN
	SELECT * INTO u FROM hz.upload t WHERE t.id = p_id AND t.actor_id = api.me() FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	PERFORM api.upload_check(u);
	UPDATE hz.upload t SET expires_at = api.now() WHERE t.id = u.id RETURNING t.id INTO id;
END $$;
