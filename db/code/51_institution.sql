-- Institutions: how they look, how they are registered and changed.

CREATE FUNCTION api.institution_json(i hz.institution, p_org_unit text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', i.id, 'code', i.code, 'name', i.name, 'uscc', i.uscc, 'type', i.type, 'subtype', i.subtype, 'ownership', i.ownership,
		'district', i.district, 'street', i.street, 'address', i.address, 'longitude', i.longitude, 'latitude', i.latitude,
		'coordinate_system', CASE WHEN i.longitude IS NOT NULL THEN 'wgs84' END,
		'beds', i.beds, 'residents', i.residents, 'disabled_residents', i.disabled_residents, 'staff', i.staff,
		'principal_name', i.principal_name, 'principal_phone', i.principal_phone,
		'safety_officer_name', i.safety_officer_name, 'safety_officer_phone', i.safety_officer_phone,
		'org_unit_id', i.org_unit_id, 'org_unit_name', p_org_unit, 'permits', i.permits, 'risk_grade', i.risk_grade,
		'status', i.status, 'suspensions', i.suspensions, 'version', i.version, 'created_at', api.ts(i.created_at), 'updated_at', api.ts(i.updated_at))
$$;

CREATE FUNCTION api.institution_answer(i hz.institution, p_status int) RETURNS api.answer
LANGUAGE sql STABLE AS $$
	SELECT p_status, api.institution_json(i, (SELECT name FROM hz.org_unit WHERE id = i.org_unit_id)), i.version,
	       '/v1/institutions/' || i.id
$$;

-- Seven letters and digits that are not mistaken for one another: 35 random bits, tried again when taken. The check sees codes
-- of all districts, so it runs as the owner.
CREATE FUNCTION api.institution_code() RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_code text;
BEGIN
	LOOP
		SELECT string_agg(substr('ABCDEFGHJKLMNPQRSTUVWXYZ23456789', (get_byte(d.bytes, n) & 31) + 1, 1), '' ORDER BY n)
		  INTO v_code
		  FROM (SELECT sha256(uuid_send(gen_random_uuid())) AS bytes OFFSET 0) d, generate_series(0, 6) n;
		EXIT WHEN NOT EXISTS (SELECT FROM hz.institution WHERE code = v_code);
	END LOOP;
	RETURN v_code;
END $$;

-- What of the body a row takes; absent members keep what p_old has. Converts the position.
CREATE FUNCTION api.institution_apply(p_old hz.institution, p_body jsonb) RETURNS hz.institution
LANGUAGE plpgsql STABLE AS $$
DECLARE
	i hz.institution := jsonb_populate_record(p_old, p_body - '{id,code,district,longitude,latitude,coordinate_system}'::text[]);
	v_position record;
BEGIN
	IF p_body ->> 'longitude' IS NULL AND p_body ? 'longitude' THEN
		i.longitude := NULL;
		i.latitude := NULL;
	ELSIF p_body ->> 'coordinate_system' = 'gcj02' THEN
		v_position := api.gcj02_to_wgs84((p_body ->> 'longitude')::double precision, (p_body ->> 'latitude')::double precision);
		i.longitude := v_position.lon;
		i.latitude := v_position.lat;
	ELSIF p_body ? 'longitude' THEN
		i.longitude := round((p_body ->> 'longitude')::numeric, 7);
		i.latitude := round((p_body ->> 'latitude')::numeric, 7);
	END IF;
	RETURN i;
END $$;

-- Faults of the position in a body: both numbers or neither, and always the system they are in.
CREATE FUNCTION api.institution_position_faults(p_body jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN (p_body ->> 'longitude' IS NULL) <> (p_body ->> 'latitude' IS NULL)
			OR (p_body ? 'longitude') <> (p_body ? 'latitude')
		THEN jsonb_build_array(api.fault(CASE WHEN p_body ->> 'longitude' IS NULL THEN '/longitude' ELSE '/latitude' END,
			'required', '经度和纬度必须一起给出，或一起为空'))
		ELSE '[]' END
	    || CASE WHEN coalesce(p_body ->> 'longitude', p_body ->> 'latitude') IS NOT NULL AND p_body ->> 'coordinate_system' IS NULL
		THEN jsonb_build_array(api.fault('/coordinate_system', 'required', '给出位置时必须说明坐标系：wgs84 或 gcj02'))
		ELSE '[]' END
$$;

-- Faults of the row a body leads to: places, codes and units that fit together. All at once.
CREATE FUNCTION api.institution_faults(i hz.institution, p_body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_faults jsonb := api.institution_position_faults(p_body);
BEGIN
	IF NOT EXISTS (SELECT FROM hz.region WHERE code = i.district AND level IN ('county', 'city')) THEN
		v_faults := v_faults || api.fault('/district', 'unknown_reference', '没有这个区县代码');
	ELSIF NOT EXISTS (SELECT FROM hz.region WHERE code = i.street AND level = 'street' AND left(code, 6) = i.district) THEN
		v_faults := v_faults || api.fault('/street', 'unknown_reference', '这个区县没有这个街道代码');
	END IF;
	IF i.subtype IS NOT NULL AND NOT EXISTS (SELECT FROM hz.institution_subtype WHERE code = i.subtype AND type = i.type) THEN
		v_faults := v_faults || api.fault('/subtype', 'unknown_reference', '这类机构没有这个小类代码');
	END IF;
	IF i.ownership IS NOT NULL AND NOT EXISTS (SELECT FROM hz.ownership WHERE code = i.ownership) THEN
		v_faults := v_faults || api.fault('/ownership', 'unknown_reference', '没有这个举办性质代码');
	END IF;
	IF i.org_unit_id IS NOT NULL AND NOT EXISTS (SELECT FROM hz.org_unit WHERE id = i.org_unit_id) THEN
		v_faults := v_faults || api.fault('/org_unit_id', 'unknown_reference', '没有这个科室，或者不在您的管辖范围内');
	END IF;
	IF i.disabled_residents > i.residents THEN
		v_faults := v_faults || api.fault('/disabled_residents', 'out_of_range', '失能人数不能多于入住人数');
	END IF;
	RETURN v_faults;
END $$;

-- 403 when the caller's scope does not reach the place: said in words, since nothing is given away by it.
CREATE FUNCTION api.institution_scope_check(i hz.institution) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF i.district <> ALL (api.districts()) OR cardinality(api.institutions()) > 0 AND i.id <> ALL (api.institutions())
		OR cardinality(api.types()) > 0 AND i.type <> ALL (api.types())
		OR cardinality(api.streets()) > 0 AND i.street <> ALL (api.streets()) THEN
		PERFORM api.refuse('HZ403', '{"code": "out_of_scope"}');
	END IF;
END $$;

CREATE FUNCTION api.institution_create(p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	v_old hz.institution;
	i hz.institution;
BEGIN
	v_old.status := 'operating';
	v_old.permits := '[]';
	v_old.suspensions := '[]';
	i := api.institution_apply(v_old, p_body);
	i.id := api.body_id(p_body);
	i.district := p_body ->> 'district';
	PERFORM api.institution_scope_check(i);
	PERFORM api.refuse_faults(api.institution_faults(i, p_body));
	i.code := api.institution_code();
	i.version := 1;
	i.created_at := api.now();
	i.created_by := api.me();
	i.updated_at := i.created_at;
	INSERT INTO hz.institution SELECT i.*;
	RETURN api.institution_answer(i, 201);
END $$;

-- An institution's own people keep their contacts and numbers up to date, and nothing the office has decided.
CREATE FUNCTION api.institution_patch_check(p_body jsonb) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
	c_own CONSTANT text[] := '{beds,residents,disabled_residents,staff,principal_name,principal_phone,safety_officer_name,safety_officer_phone}';
	v_faults jsonb;
BEGIN
	IF api.role() <> 'institution' THEN
		RETURN;
	END IF;
	SELECT jsonb_agg(api.fault('/' || member, 'forbidden', '机构只能修改床位、人数和联系人')) INTO v_faults
	  FROM jsonb_object_keys(p_body) member WHERE member <> ALL (c_own);
	IF v_faults IS NOT NULL THEN
		PERFORM api.refuse('HZ403', jsonb_build_object('code', 'forbidden', 'errors', v_faults));
	END IF;
END $$;

-- What a measure has suspended is operating again when that is lifted, not by a change of the file. i: the row as it would be.
CREATE FUNCTION api.institution_status_check(i hz.institution) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_measure CONSTANT jsonb := (SELECT s FROM jsonb_array_elements(i.suspensions) s WHERE s ->> 'scope' = 'whole' LIMIT 1);
BEGIN
	IF i.status = 'operating' AND v_measure IS NOT NULL THEN
		PERFORM api.refuse('HZ409', jsonb_build_object('code', 'suspended_by_measure', 'measure_id', v_measure -> 'measure_id',
			'finding_id', v_measure -> 'finding_id', 'document_number', v_measure -> 'document_number'));
	END IF;
END $$;

CREATE FUNCTION api.institution_patch(p_id uuid, p_if_match bigint, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	i hz.institution;
BEGIN
	SELECT * INTO i FROM hz.institution WHERE id = p_id FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	PERFORM api.version_check(p_if_match, i.version);
	PERFORM api.institution_patch_check(p_body);
	i := api.institution_apply(i, p_body);
	PERFORM api.institution_scope_check(i);
	PERFORM api.institution_status_check(i);
	PERFORM api.refuse_faults(api.institution_faults(i, p_body));
	UPDATE hz.institution
	   SET (street, type, subtype, ownership, name, uscc, address, longitude, latitude, beds, residents, disabled_residents, staff,
		principal_name, principal_phone, safety_officer_name, safety_officer_phone, org_unit_id, permits, risk_grade, status,
		version, updated_at)
	     = (i.street, i.type, i.subtype, i.ownership, i.name, i.uscc, i.address, i.longitude, i.latitude, i.beds, i.residents,
		i.disabled_residents, i.staff, i.principal_name, i.principal_phone, i.safety_officer_name, i.safety_officer_phone,
		i.org_unit_id, i.permits, i.risk_grade, i.status, version + 1, api.now())
	 WHERE id = p_id
	RETURNING * INTO i;
	RETURN api.institution_answer(i, 200);
END $$;
