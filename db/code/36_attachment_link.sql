-- Evidence and the records it belongs to.

-- The attachment an item of a body means: by id, or by hash; of what the caller may see, newest first, the own before others'.
CREATE FUNCTION api.attachment_find(p_item jsonb) RETURNS hz.attachment
LANGUAGE plpgsql STABLE AS $$
DECLARE
	a hz.attachment;
BEGIN
	IF p_item ->> 'id' IS NOT NULL THEN
		SELECT * INTO a FROM hz.attachment WHERE id = (p_item ->> 'id')::uuid;
	ELSE
		SELECT * INTO a FROM hz.attachment WHERE sha256 = decode(p_item ->> 'sha256', 'hex')
		 ORDER BY created_by = api.me() DESC, created_at DESC, id DESC LIMIT 1;
	END IF;
	RETURN a;
END $$;

-- What is wrong with one item; NULL when nothing is. a: the attachment it means, if it is here.
CREATE FUNCTION api.attachment_fault(p_item jsonb, a hz.attachment, p_pointer text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_role CONSTANT text := p_item ->> 'role';
	t hz.attachment_type;
BEGIN
	IF (p_item ->> 'id' IS NULL) = (p_item ->> 'sha256' IS NULL) THEN
		RETURN api.fault(p_pointer, 'id_or_sha256', 'id 与 sha256 须写且只写一个');
	ELSIF v_role = 'voice' AND coalesce(p_item ->> 'note', '') = '' THEN
		RETURN api.fault(p_pointer || '/note', 'voice_without_note', '录音须附文字摘要（note）');
	ELSIF p_item ->> 'id' IS NOT NULL AND a.id IS NULL THEN
		RETURN api.fault(p_pointer || '/id', 'unknown_reference', '没有这个附件，或者不是您上传的');
	ELSIF a.state = 'refused' THEN
		RETURN api.fault(p_pointer, 'attachment_refused', '这个附件的元数据无法清除，不能使用');
	END IF;
	SELECT * INTO t FROM hz.attachment_type WHERE type = a.type;
	IF v_role IN ('before', 'after', 'reinspection') AND NOT (t.image OR t.video) THEN
		RETURN api.fault(p_pointer || '/role', 'not_a_photo', '整改前、整改后、复查的证据须是照片或视频');
	ELSIF v_role = 'signature' AND NOT t.image THEN
		RETURN api.fault(p_pointer || '/role', 'not_an_image', '签字须是图片');
	ELSIF v_role = 'voice' AND NOT t.audio THEN
		RETURN api.fault(p_pointer || '/role', 'not_audio', '录音须是 M4A、MP3 或 AMR');
	END IF;
	RETURN NULL;
END $$;

-- Faults of the evidence a body brings, all of them. p_items: [{id | sha256, role, note}] or NULL; p_pointer: where it stands.
-- p_required: what must be among it, e.g. after.
CREATE FUNCTION api.attachment_faults(p_items jsonb, p_pointer text, p_required text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_faults jsonb := '[]';
	v_item jsonb;
	n bigint;
	v_fault jsonb;
	v_key text;
	v_keys text[] := '{}';
	a hz.attachment;
BEGIN
	FOR v_item, n IN SELECT e, o - 1 FROM jsonb_array_elements(nullif(p_items, 'null')) WITH ORDINALITY t (e, o) LOOP
		a := api.attachment_find(v_item);
		v_key := coalesce(a.id::text, v_item ->> 'sha256') || coalesce(v_item ->> 'role', '');
		v_fault := CASE WHEN v_key = ANY (v_keys) THEN api.fault(p_pointer || '/' || n, 'duplicate', '同一附件写了两次')
			ELSE api.attachment_fault(v_item, a, p_pointer || '/' || n) END;
		v_keys := v_keys || v_key;
		IF v_fault IS NOT NULL THEN
			v_faults := v_faults || v_fault;
		END IF;
	END LOOP;
	IF p_required IS NOT NULL AND NOT coalesce(nullif(p_items, 'null'), '[]') @> jsonb_build_array(jsonb_build_object('role', p_required)) THEN
		v_faults := v_faults || api.fault(p_pointer, 'evidence_required', '须附整改后的照片或视频（role 为 after），可先写 sha256 随后上传');
	END IF;
	RETURN v_faults;
END $$;

-- All the evidence a body brings: attachments, and a signature's image_id.
CREATE FUNCTION api.body_attachments(p_body jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN p_body ->> 'image_id' IS NULL THEN p_body -> 'attachments'
		ELSE coalesce(nullif(p_body -> 'attachments', 'null'), '[]')
		     || jsonb_build_object('id', p_body -> 'image_id', 'role', 'signature') END
$$;

-- Its faults, told where they stand in the body.
CREATE FUNCTION api.body_attachment_faults(p_body jsonb, p_required text DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_image CONSTANT text := '/attachments/' || coalesce(jsonb_array_length(nullif(p_body -> 'attachments', 'null')), 0);
	v_faults jsonb;
BEGIN
	IF p_required IS NULL AND NOT p_body ?| '{attachments,image_id}' THEN
		RETURN '[]';
	END IF;
	v_faults := api.attachment_faults(api.body_attachments(p_body), '/attachments', p_required);
	RETURN coalesce((SELECT jsonb_agg(CASE WHEN e ->> 'pointer' LIKE v_image || '%' AND p_body ->> 'image_id' IS NOT NULL
		THEN e || '{"pointer": "/image_id"}' ELSE e END) FROM jsonb_array_elements(v_faults) e), '[]');
END $$;

-- The hashes of evidence, for the event of the act: who seals events seals evidence. Of what must not be told by its bytes
-- there is none. NULL for none.
CREATE FUNCTION api.attachment_digests(p_items jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('role', e -> 'role', 'attachment_id', a.id,
		'sha256', CASE WHEN NOT coalesce(a.protected, false) THEN coalesce(encode(a.sha256, 'hex'), e ->> 'sha256') END)) ORDER BY n)
	  FROM jsonb_array_elements(nullif(p_items, 'null')) WITH ORDINALITY t (e, n), api.attachment_find(e) a
$$;

/* Links evidence to a record, all of it or nothing. p_items: [{id | sha256, role, note}] or NULL. p_resource, p_resource_id: finding,
 * finding_act, inspection, inspection_act, inspection_answer (its checklist item). p_finding: whose evidence it is; where it is
 * none's, p_inspection. What is linked there already stays as it is. Returns the faults, [] when all is linked. */
CREATE FUNCTION api.attachment_links(p_items jsonb, p_resource text, p_resource_id uuid, p_finding uuid, p_inspection uuid,
	p_institution uuid, p_district text, p_pointer text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	v_inspection CONSTANT uuid := CASE WHEN p_finding IS NULL THEN p_inspection END;
	v_faults jsonb;
	v_item jsonb;
	v_id uuid;
	a hz.attachment;
BEGIN
	IF coalesce(jsonb_array_length(nullif(p_items, 'null')), 0) = 0 THEN
		RETURN '[]';
	END IF;
	v_faults := api.attachment_faults(p_items, p_pointer);
	IF v_faults <> '[]' THEN
		RETURN v_faults;
	END IF;
	FOR v_item IN SELECT e FROM jsonb_array_elements(p_items) WITH ORDINALITY t (e, n) ORDER BY n LOOP
		a := api.attachment_find(v_item);
		CONTINUE WHEN EXISTS (SELECT FROM hz.attachment_link l
			WHERE l.resource = p_resource AND l.resource_id = p_resource_id AND l.inspection_id IS NOT DISTINCT FROM v_inspection
			  AND l.role IS NOT DISTINCT FROM v_item ->> 'role'
			  AND (l.attachment_id = a.id OR l.sha256 = decode(v_item ->> 'sha256', 'hex')));
		v_id := api.uuid_v7();
		INSERT INTO hz.attachment_link (id, district, attachment_id, sha256, state, filename, size, type, role, resource, resource_id,
			finding_id, inspection_id, institution_id, note, created_by, created_at, arrived_at)
		VALUES (v_id, p_district, a.id, coalesce(a.sha256, decode(v_item ->> 'sha256', 'hex')), coalesce(a.state, 'awaited'),
			a.filename, a.size, a.type, v_item ->> 'role', p_resource, p_resource_id, p_finding, v_inspection, p_institution,
			v_item ->> 'note', api.me(), api.now(), CASE WHEN a.id IS NOT NULL THEN api.now() END);
	END LOOP;
	RETURN '[]';
END $$;

-- A link makes its attachment stay, and is counted on its finding, or changes what its visit looks like.
CREATE FUNCTION api.attachment_linked() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE hz.attachment SET linked_at = api.now(), expires_at = NULL WHERE id = NEW.attachment_id AND linked_at IS NULL;
	UPDATE hz.finding
	   SET attachment_count = attachment_count + (TG_OP = 'INSERT')::int,
	       awaited_count = awaited_count + (NEW.state = 'awaited')::int - (TG_OP = 'UPDATE' AND OLD.state = 'awaited')::int,
	       version = version + 1
	 WHERE id = NEW.finding_id;
	UPDATE hz.inspection SET version = version + 1 WHERE id = NEW.inspection_id;
	RETURN NULL;
END $$;
CREATE TRIGGER linked AFTER INSERT OR UPDATE OF state ON hz.attachment_link FOR EACH ROW EXECUTE FUNCTION api.attachment_linked();

-- A file has come: what its maker's records await by its hash is fulfilled, and each of them says so by an event. Records are
-- taken in the order of their ids, so that two uploads cannot wait for each other.
CREATE FUNCTION api.attachment_arrive(a hz.attachment) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	l hz.attachment_link;
BEGIN
	FOR l IN SELECT * FROM hz.attachment_link WHERE created_by = a.created_by AND sha256 = a.sha256 AND attachment_id IS NULL
		  ORDER BY finding_id, inspection_id, id
	LOOP
		PERFORM FROM hz.finding WHERE id = l.finding_id FOR UPDATE;
		PERFORM FROM hz.inspection WHERE id = l.inspection_id FOR UPDATE;
		PERFORM api.act_begin(coalesce(l.finding_id, l.inspection_id), 'evidence_arrived', api.now(), NULL, jsonb_strip_nulls(
			jsonb_build_object('attachment_id', a.id, 'sha256', CASE WHEN NOT a.protected THEN encode(a.sha256, 'hex') END,
				'role', l.role, 'resource', l.resource, 'resource_id', l.resource_id)));
		UPDATE hz.attachment_link
		   SET attachment_id = a.id, state = a.state, filename = a.filename, size = a.size, type = a.type, arrived_at = api.now()
		 WHERE id = l.id AND attachment_id IS NULL;
	END LOOP;
END $$;
