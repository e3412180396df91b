CREATE FUNCTION api.org_unit_json(u hz.org_unit) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', u.id, 'district', u.district, 'kind', u.kind, 'name', u.name, 'parent_id', u.parent_id,
		'street', u.street, 'phone', u.phone, 'status', u.status, 'version', u.version,
		'created_at', api.ts(u.created_at), 'updated_at', api.ts(u.updated_at))
$$;

CREATE FUNCTION api.org_unit_answer(u hz.org_unit, p_status int) RETURNS api.answer
LANGUAGE sql STABLE AS $$ SELECT p_status, api.org_unit_json(u), u.version, '/v1/org-units/' || u.id $$;

CREATE FUNCTION api.org_unit_faults(u hz.org_unit) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_faults jsonb := '[]';
BEGIN
	IF u.parent_id IS NOT NULL AND NOT EXISTS (SELECT FROM hz.org_unit WHERE id = u.parent_id AND district = u.district) THEN
		v_faults := v_faults || api.fault('/parent_id', 'unknown_reference', '本区没有这个上级单位');
	ELSIF EXISTS (WITH RECURSIVE above AS (
			SELECT u.parent_id AS id
			UNION
			SELECT p.parent_id FROM hz.org_unit p JOIN above a ON p.id = a.id)
		SELECT FROM above WHERE id = u.id) THEN
		v_faults := v_faults || api.fault('/parent_id', 'circle', '不能以自己或自己的下级为上级');
	END IF;
	IF u.street IS NOT NULL AND NOT EXISTS (SELECT FROM hz.region WHERE code = u.street AND left(code, 6) = u.district) THEN
		v_faults := v_faults || api.fault('/street', 'unknown_reference', '这个区县没有这个街道代码');
	END IF;
	RETURN v_faults;
END $$;

CREATE FUNCTION api.org_unit_create(p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	u hz.org_unit := jsonb_populate_record(NULL::hz.org_unit, p_body);
BEGIN
	IF u.district <> ALL (api.districts()) THEN
		PERFORM api.refuse('HZ403', '{"code": "out_of_scope"}');
	END IF;
	u.id := api.body_id(p_body);
	PERFORM api.refuse_faults(api.org_unit_faults(u));
	INSERT INTO hz.org_unit (id, district, kind, name, parent_id, street, phone, status, created_at, created_by, updated_at)
	VALUES (u.id, u.district, u.kind, u.name, u.parent_id, u.street, u.phone, coalesce(u.status, 'active'), api.now(), api.me(), api.now())
	RETURNING * INTO u;
	RETURN api.org_unit_answer(u, 201);
END $$;

CREATE FUNCTION api.org_unit_patch(p_id uuid, p_if_match bigint, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	u hz.org_unit;
BEGIN
	SELECT * INTO u FROM hz.org_unit WHERE id = p_id FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	PERFORM api.version_check(p_if_match, u.version);
	u := jsonb_populate_record(u, p_body);
	PERFORM api.refuse_faults(api.org_unit_faults(u));
	UPDATE hz.org_unit
	   SET (kind, name, parent_id, street, phone, status, version, updated_at)
	     = (u.kind, u.name, u.parent_id, u.street, u.phone, u.status, version + 1, api.now())
	 WHERE id = p_id
	RETURNING * INTO u;
	RETURN api.org_unit_answer(u, 200);
END $$;
