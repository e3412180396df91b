-- Evidence: how much may be kept, what is recorded of a file that has been received, how it looks. What touches rows of
-- others (content, quotas, evidence awaited elsewhere) runs as the owner and takes the caller from the session.

CREATE FUNCTION api.attachment_rule(p_key text) RETURNS bigint
LANGUAGE sql STABLE AS $$ SELECT value FROM hz.attachment_rule WHERE key = p_key $$;

-- One piece of evidence as records show it.
CREATE FUNCTION api.attachment_link_json(l hz.attachment_link) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', l.attachment_id, 'sha256', CASE WHEN l.state IN ('here', 'awaited') THEN encode(l.sha256, 'hex') END, 'role', l.role,
		'state', l.state, 'filename', l.filename, 'type', l.type, 'size', l.size, 'note', l.note,
		'created_at', api.ts(l.created_at), 'arrived_at', api.ts(l.arrived_at), 'resource', l.resource, 'resource_id', l.resource_id)
$$;

-- The evidence of one act, oldest first; [] when there is none.
CREATE FUNCTION api.attachments_json(p_resource text, p_id uuid) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT coalesce((SELECT json_agg(api.attachment_link_json(l) ORDER BY l.created_at, l.id)
		FROM hz.attachment_link l WHERE l.resource = p_resource AND l.resource_id = p_id), '[]')
$$;

-- What its maker, and later its readers, are told of an attachment.
CREATE FUNCTION api.attachment_json(a hz.attachment) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', a.id, 'sha256', CASE WHEN a.state = 'here' THEN encode(a.sha256, 'hex') END, 'filename', a.filename, 'type', a.type,
		'size', a.size, 'district', a.district, 'state', a.state, 'reason', a.reason, 'protected', a.protected,
		'created_by', a.created_by, 'created_at', api.ts(a.created_at), 'expires_at', api.ts(a.expires_at),
		'linked_at', api.ts(a.linked_at))
$$;

-- The district an upload counts against: the one named, or the caller's only one. 400 when it must be named, 403 when it is
-- not the caller's.
CREATE FUNCTION api.attachment_district(p_district text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_mine CONSTANT text[] := api.districts();
BEGIN
	IF p_district IS NULL AND cardinality(v_mine) <> 1 THEN
		PERFORM api.refuse('HZ400', jsonb_build_object('code', 'invalid_query', 'errors', jsonb_build_array(
			api.fault('?district', 'required', '您管辖多个区县，请写明附件归哪个区县'))));
	ELSIF p_district <> ALL (v_mine) THEN
		PERFORM api.refuse('HZ403', '{"code": "out_of_scope"}');
	END IF;
	RETURN coalesce(p_district, v_mine[1]);
END $$;

-- How many bytes a district may still take, of its quota: NULL, NULL where no quota is set.
CREATE FUNCTION api.attachment_room(p_district text, OUT quota bigint, OUT used bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT (SELECT q.max_bytes FROM hz.attachment_quota q WHERE q.district = p_district OR q.district IS NULL
		 ORDER BY q.district NULLS LAST LIMIT 1),
	       (coalesce((SELECT u.bytes FROM hz.attachment_usage u WHERE u.district = p_district), 0)
		+ (SELECT coalesce(sum(u.length), 0) FROM hz.upload u
		    WHERE u.district = p_district AND u.finished_at IS NULL AND u.expires_at > api.now()))::bigint
$$;

CREATE FUNCTION api.refuse_quota(p_district text, p_quota bigint, p_used bigint, p_size bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM api.refuse('HZ422', jsonb_build_object('code', 'quota_exceeded', 'district', p_district, 'quota_bytes', p_quota,
		'used_bytes', p_used, 'size_bytes', p_size));
END $$;

-- Before the first octet: may the caller bring a file, how large and of which types? p_size: the length told beforehand, in
-- bytes, or NULL. Refuses a full quota; changes nothing.
CREATE FUNCTION api.attachment_admit(p_district text, p_protected boolean, p_size bigint,
	OUT max_bytes bigint, OUT types json, OUT district text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v record;
BEGIN
	district := api.attachment_district(p_district);
	v := api.attachment_room(district);
	IF v.used + coalesce(p_size, 1) > v.quota THEN
		PERFORM api.refuse_quota(district, v.quota, v.used, p_size);
	END IF;
	SELECT max(t.max_bytes), json_agg(json_build_object('type', t.type, 'max_bytes', t.max_bytes, 'extensions', t.extensions,
		'strippable', t.strippable) ORDER BY t.type)
	  INTO max_bytes, types FROM hz.attachment_type t;
END $$;

-- Counts what a district keeps, each content once, and what reporters brought apart from the rest. Upload, expiry and cleaning of the same content
-- are told apart by the lock on its row of hz.content, which all of them hold.
CREATE FUNCTION api.attachment_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF TG_OP <> 'INSERT' AND OLD.sha256 IS NOT NULL AND NOT EXISTS (SELECT FROM hz.attachment
		WHERE sha256 = OLD.sha256 AND district = OLD.district AND (source = 'report') = (OLD.source = 'report')) THEN
		UPDATE hz.attachment_usage
		   SET bytes = bytes - CASE OLD.source WHEN 'report' THEN 0 ELSE OLD.size END,
		       report_bytes = report_bytes - CASE OLD.source WHEN 'report' THEN OLD.size ELSE 0 END
		 WHERE district = OLD.district;
	END IF;
	IF TG_OP <> 'DELETE' AND NEW.sha256 IS NOT NULL AND NOT EXISTS (SELECT FROM hz.attachment
		WHERE sha256 = NEW.sha256 AND district = NEW.district AND id <> NEW.id AND (source = 'report') = (NEW.source = 'report')) THEN
		INSERT INTO hz.attachment_usage AS u (district, bytes, report_bytes)
		VALUES (NEW.district, CASE NEW.source WHEN 'report' THEN 0 ELSE NEW.size END, CASE NEW.source WHEN 'report' THEN NEW.size ELSE 0 END)
		ON CONFLICT (district) DO UPDATE SET bytes = u.bytes + EXCLUDED.bytes, report_bytes = u.report_bytes + EXCLUDED.report_bytes;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER usage AFTER INSERT OR DELETE ON hz.attachment FOR EACH ROW EXECUTE FUNCTION api.attachment_count();
CREATE TRIGGER usage_of_other AFTER UPDATE OF sha256, district ON hz.attachment
	FOR EACH ROW WHEN ((OLD.sha256, OLD.district) IS DISTINCT FROM (NEW.sha256, NEW.district)) EXECUTE FUNCTION api.attachment_count();

-- Content is there, or is there again. Its row is locked to the end of the transaction either way: the cleaner, which deletes it
-- before it unlinks the file, is waited for or waits.
CREATE FUNCTION api.content_keep(p_sha256 bytea, p_size bigint, p_type text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	INSERT INTO hz.content AS c (sha256, size, type) VALUES (p_sha256, p_size, p_type)
	ON CONFLICT (sha256) DO UPDATE SET size = c.size
$$;

-- The row of a received file with all that hangs on it. The caller has been let in (attachment_record).
CREATE FUNCTION api.attachment_insert(p_sha256 bytea, p_size bigint, p_type text, p_filename text, p_district text, p_protected boolean)
RETURNS hz.attachment
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	a hz.attachment;
	v record;
BEGIN
	PERFORM api.content_keep(p_sha256, p_size, p_type);
	INSERT INTO hz.attachment (id, district, sha256, filename, size, type, protected, state, created_at, created_by, expires_at)
	VALUES (api.uuid_v7(), p_district, p_sha256, p_filename, p_size, p_type, p_protected,
		CASE WHEN p_protected THEN 'cleaning' ELSE 'here' END, api.now(), api.me(),
		api.now() + api.attachment_rule('unlinked_hours') * interval '1 hour')
	RETURNING * INTO a;
	-- the row of what the district keeps is locked by now: two uploads cannot both take the last of it
	v := api.attachment_room(p_district);
	IF v.used > v.quota THEN
		PERFORM api.refuse_quota(p_district, v.quota, v.used - p_size, p_size);
	END IF;
	IF p_protected THEN
		INSERT INTO hz.media_task (kind, sha256, attachment_id, type) VALUES ('strip', a.sha256, a.id, a.type);
	ELSE
		PERFORM api.media_thumbnail(a.sha256, a.type);
	END IF;
	PERFORM api.attachment_arrive(a);
	SELECT * INTO a FROM hz.attachment WHERE id = a.id;	-- which may be linked by now
	RETURN a;
END $$;

-- Records a file that has been received and kept: p_sha256 in hex, p_size in bytes, p_type as libmagic tells it. Fulfils what
-- the caller's records await by this hash. Errors: invalid_query, out_of_scope, unsupported_media_type, payload_too_large,
-- type_not_strippable, quota_exceeded.
CREATE FUNCTION api.attachment_record(p_sha256 text, p_size bigint, p_type text, p_filename text, p_district text, p_protected boolean)
RETURNS api.answer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	v_district CONSTANT text := api.attachment_district(p_district);
	v_protected CONSTANT boolean := coalesce(p_protected, false);
	t hz.attachment_type;
	a hz.attachment;
BEGIN
	SELECT * INTO t FROM hz.attachment_type WHERE type = p_type;
	IF NOT FOUND THEN
		PERFORM api.refuse('HZ415', jsonb_build_object('code', 'unsupported_media_type', 'type', p_type));
	ELSIF p_size > t.max_bytes THEN
		PERFORM api.refuse('HZ413', jsonb_build_object('code', 'payload_too_large', 'max_bytes', t.max_bytes));
	ELSIF v_protected AND NOT t.strippable THEN
		PERFORM api.refuse('HZ422', jsonb_build_object('code', 'type_not_strippable', 'type', p_type));
	END IF;
	a := api.attachment_insert(decode(p_sha256, 'hex'), p_size, p_type,
		-- a name may tell of its maker, too
		CASE WHEN v_protected THEN 'file.' || t.extensions[1] ELSE p_filename END, v_district, v_protected);
	RETURN ROW(201, api.attachment_json(a), NULL, '/v1/attachments/' || a.id)::api.answer;
END $$;

-- The bytes are asked for: 404 unless the caller may see it, 409 while nobody may (its metadata is being taken out, or could not be).
CREATE FUNCTION api.attachment_check(a hz.attachment) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF a.state <> 'here' THEN
		PERFORM api.refuse('HZ409', jsonb_strip_nulls(jsonb_build_object('code', 'attachment_not_ready', 'state', a.state,
			'reason', a.reason)));
	END IF;
	RETURN encode(a.sha256, 'hex');
END $$;
