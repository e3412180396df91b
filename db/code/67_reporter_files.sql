-- What reporters bring along. Metadata is taken out before anybody sees it (hz-media), whatever the mode of the report; types of which it
-- cannot be taken out are refused at the door. No names of files are kept, ids are random, times are hours.

-- What may still come by this receipt, in bytes. Refuses from the wrong state and beyond the limits; a district's share for reporters is theirs
-- alone, however full the rest is. p_size: as told beforehand, or NULL.
CREATE FUNCTION api.reporter_file_room(r hz.report, p_size bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_allowed CONSTANT text[] := api.reporter_allowed(r);
	v_share CONSTANT bigint := (api.attachment_room(r.district)).quota * api.report_rule('file_share') / 100;
	n record;
	v_room bigint;
BEGIN
	IF 'attachments' <> ALL (v_allowed) THEN
		PERFORM api.refuse_state(api.reporter_state(r, api.report_root(r)), v_allowed);
	END IF;
	SELECT count(*) AS files, coalesce(sum(a.size), 0) AS bytes INTO n
	  FROM hz.report_file f LEFT JOIN hz.attachment a ON a.id = f.attachment_id
	 WHERE f.report_id = r.id AND f.author = 'reporter' AND a.state IS DISTINCT FROM 'refused';
	v_room := api.report_rule('file_bytes_per_report') - n.bytes;
	IF n.files >= api.report_rule('files_per_report') OR coalesce(p_size, 1) > v_room THEN
		PERFORM api.refuse('HZ422', jsonb_build_object('code', 'evidence_limit', 'max_files', api.report_rule('files_per_report'),
			'max_bytes', api.report_rule('file_bytes_per_report')));
	ELSIF coalesce(p_size, 1) + coalesce((SELECT u.report_bytes FROM hz.attachment_usage u WHERE u.district = r.district), 0) > v_share OR coalesce(p_size, 1) + (
		SELECT coalesce(sum(a.size), 0) FROM hz.report_file f JOIN hz.attachment a ON a.id = f.attachment_id
		 WHERE f.district = r.district AND f.sent_at >= api.today()::timestamp AT TIME ZONE 'Asia/Shanghai') > api.report_rule('file_bytes_per_day') THEN
		PERFORM api.refuse('HZ422', '{"code": "evidence_no_room"}');
	END IF;
	RETURN v_room;
END $$;

-- Before the first octet: may this receipt bring a file, how large and of which types?
CREATE FUNCTION api.reporter_file_admit(p_hash bytea, p_size bigint, OUT max_bytes bigint, OUT types json)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_room CONSTANT bigint := api.reporter_file_room(api.reporter_report(p_hash), p_size);
BEGIN
	SELECT least(max(t.max_bytes), v_room), json_agg(json_build_object('type', t.type, 'max_bytes', least(t.max_bytes, v_room),
		'extensions', t.extensions) ORDER BY t.type)
	  INTO max_bytes, types FROM hz.attachment_type t WHERE t.strippable;
END $$;

-- The row of a received file, and the task of hz-media.
CREATE FUNCTION api.reporter_file_insert(r hz.report, p_sha256 bytea, p_size bigint, t hz.attachment_type) RETURNS hz.report_file
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_hour CONSTANT timestamptz := api.hour(api.now());
	v_id CONSTANT uuid := gen_random_uuid();
	f hz.report_file;
BEGIN
	PERFORM api.content_keep(p_sha256, p_size, t.type);
	INSERT INTO hz.attachment (id, district, sha256, filename, size, type, source, protected, state, created_at, linked_at)
	VALUES (v_id, r.district, p_sha256, 'file.' || t.extensions[1], p_size, t.type, 'report', true, 'cleaning', v_hour, v_hour);
	-- a number that does not stand in a row with those of tasks whose time is known
	INSERT INTO hz.media_task (id, kind, sha256, attachment_id, type, due_at) OVERRIDING SYSTEM VALUE
	VALUES ((-1 - random() * 9e15)::bigint, 'strip', p_sha256, v_id, t.type, v_hour);
	INSERT INTO hz.report_file (report_id, district, n, author, attachment_id, sent_at)
	SELECT r.id, r.district, 1 + coalesce(max(n), 0), 'reporter', v_id, v_hour FROM hz.report_file WHERE report_id = r.id
	RETURNING * INTO f;
	RETURN f;
END $$;

-- What its reporter, and staff who see the report, are told of a file. type and size as they were sent until it is cleaned.
CREATE FUNCTION api.report_file_json(f hz.report_file) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT json_build_object('n', f.n, 'type', a.type, 'size', a.size, 'state', coalesce(a.state, 'erased'),
		'text', api.report_text('file', coalesce(a.state, 'erased')), 'sent_at', api.ts(f.sent_at))
	  FROM (SELECT) x LEFT JOIN hz.attachment a ON a.id = f.attachment_id
$$;

-- Records a file that has been received and kept: p_sha256 in hex, p_size in bytes, p_type as libmagic tells it.
CREATE FUNCTION api.reporter_file(p_hash bytea, p_sha256 text, p_size bigint, p_type text) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r CONSTANT hz.report := api.reporter_lock(p_hash);
	t hz.attachment_type;
	f hz.report_file;
BEGIN
	PERFORM api.reporter_file_room(r, p_size);
	SELECT * INTO t FROM hz.attachment_type WHERE type = p_type AND strippable;
	IF NOT FOUND THEN	-- the list was another a moment ago
		PERFORM api.refuse('HZ415', jsonb_build_object('code', 'unsupported_media_type', 'type', p_type));
	END IF;
	PERFORM api.reporter_step(r, 'attachments');
	f := api.reporter_file_insert(r, decode(p_sha256, 'hex'), p_size, t);
	RETURN ROW(201, api.report_file_json(f), NULL, '/v1/whistleblower-report/attachments')::api.answer;
END $$;

CREATE FUNCTION api.reporter_files(p_hash bytea) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r CONSTANT hz.report := api.reporter_report(p_hash);
BEGIN
	RETURN ROW(200, json_build_object('items', (SELECT coalesce(json_agg(api.report_file_json(f) ORDER BY f.n), '[]')
		  FROM hz.report_file f WHERE f.report_id = r.id AND f.author = 'reporter')), NULL, NULL)::api.answer;
END $$;

-- ---- staff: as the policies of the report let them; that they look is logged ----

CREATE FUNCTION api.report_files(p_id uuid) RETURNS api.answer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	r CONSTANT api.report_shown := api.report_open(p_id, 'files_read');
BEGIN
	RETURN ROW(200, json_build_object('items', (SELECT coalesce(json_agg(api.report_file_json(f) ORDER BY f.n), '[]')
		  FROM hz.report_file f WHERE f.report_id = r.id)), NULL, NULL)::api.answer;
END $$;

CREATE FUNCTION api.report_file_content(p_attachment uuid, OUT sha256 text, OUT size bigint, OUT type text, OUT extension text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT api.attachment_check(a), a.size, a.type, t.extensions[1]
	  FROM hz.attachment a JOIN hz.attachment_type t ON t.type = a.type WHERE a.id = p_attachment
$$;

-- The octets of one file are handed out. No row: there is none, or not for the caller.
CREATE FUNCTION api.report_file_open(p_id uuid, p_n int) RETURNS TABLE (sha256 text, size bigint, type text, filename text)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	f hz.report_file;
BEGIN
	SELECT * INTO f FROM hz.report_file WHERE report_id = p_id AND n = p_n AND EXISTS (SELECT FROM api.report_shown r WHERE r.id = p_id);
	IF f.attachment_id IS NULL THEN
		RETURN;
	END IF;
	RETURN QUERY SELECT c.sha256, c.size, c.type, 'evidence-' || f.n || '.' || c.extension FROM api.report_file_content(f.attachment_id) c;
	PERFORM api.audit('file_read', f.report_id, f.district, jsonb_build_object('n', f.n));
END $$;

-- ---- erasure ----

-- All files of a report go: their rows here; the octets, which nobody has any more, by the job (clean). Returns how many.
CREATE FUNCTION api.report_files_erase(p_id uuid) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_ids CONSTANT uuid[] := ARRAY(SELECT attachment_id FROM hz.report_file WHERE report_id = p_id AND attachment_id IS NOT NULL);
BEGIN
	UPDATE hz.report_file SET attachment_id = NULL WHERE report_id = p_id;
	DELETE FROM hz.attachment WHERE id = ANY (v_ids) AND source = 'report';
	RETURN cardinality(v_ids);
END $$;
