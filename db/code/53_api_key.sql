-- Keys: made by an administrator, never reaching further than the administrator's own.

-- p_actor: the actor's name. A key's hash never leaves the database.
CREATE FUNCTION api.api_key_json(p_id uuid) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', k.id, 'name', k.name, 'actor_id', k.actor_id, 'actor_name', a.name, 'role', k.role,
		'districts', k.districts, 'types', k.types, 'streets', k.streets, 'institutions', k.institutions,
		'state', CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN k.expires_at <= api.now() THEN 'expired' ELSE 'active' END,
		'expires_at', api.ts(k.expires_at), 'revoked_at', api.ts(k.revoked_at), 'version', k.version,
		'created_at', api.ts(k.created_at), 'created_by', k.created_by)
	  FROM hz.api_key k JOIN hz.actor a ON a.id = k.actor_id
	 WHERE k.id = p_id
$$;

-- A list within a list that may be empty, which means "all".
CREATE FUNCTION api.scope_within(p_inner anyarray, p_outer anyarray) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT cardinality(p_outer) = 0 OR cardinality(p_inner) > 0 AND p_inner <@ p_outer
$$;

CREATE FUNCTION api.api_key_scope_check(k hz.api_key) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF NOT (k.districts <@ api.districts()) OR NOT api.scope_within(k.types, api.types())
		OR NOT api.scope_within(k.streets, api.streets()) OR NOT api.scope_within(k.institutions, api.institutions()) THEN
		PERFORM api.refuse('HZ403', '{"code": "out_of_scope"}');
	END IF;
END $$;

CREATE FUNCTION api.api_key_faults(k hz.api_key, p_body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_faults jsonb := '[]';
BEGIN
	IF EXISTS (SELECT FROM unnest(k.streets) s WHERE left(s, 6) <> ALL (k.districts)
		OR NOT EXISTS (SELECT FROM hz.region r WHERE r.code = s AND r.level = 'street')) THEN
		v_faults := v_faults || api.fault('/streets', 'unknown_reference', '有的街道代码不存在，或者不属于所列区县');
	END IF;
	IF EXISTS (SELECT FROM unnest(k.institutions) u
		WHERE NOT EXISTS (SELECT FROM hz.institution i WHERE i.id = u AND i.district = ANY (k.districts))) THEN
		v_faults := v_faults || api.fault('/institutions', 'unknown_reference', '有的机构不存在，或者不属于所列区县');
	END IF;
	IF k.role IN ('institution', 'staff') AND cardinality(k.institutions) = 0 THEN
		v_faults := v_faults || api.fault('/institutions', 'required', '机构安全员和职工的密钥必须写明机构');
	END IF;
	IF k.role = 'street' AND cardinality(k.streets) = 0 THEN
		v_faults := v_faults || api.fault('/streets', 'required', '街道的密钥必须写明街道');
	END IF;
	IF k.expires_at <= api.now() THEN
		v_faults := v_faults || api.fault('/expires_at', 'date_in_past', '到期时间已过');
	END IF;
	IF (p_body ->> 'actor_id' IS NULL) = (p_body ->> 'actor' IS NULL) THEN
		v_faults := v_faults || api.fault('/actor', 'required', '请写明密钥给谁：`actor_id`（已有账号）或 `actor`（新账号），二者之一');
	ELSIF p_body ->> 'actor_id' IS NOT NULL
		AND NOT EXISTS (SELECT FROM hz.actor WHERE id = k.actor_id AND district = ANY (api.districts()) AND disabled_at IS NULL) THEN
		v_faults := v_faults || api.fault('/actor_id', 'unknown_reference', '没有这个账号，或者它已停用、不在您的管辖范围内');
	ELSIF p_body -> 'actor' ->> 'org_unit_id' IS NOT NULL
		AND NOT EXISTS (SELECT FROM hz.org_unit WHERE id = (p_body -> 'actor' ->> 'org_unit_id')::uuid) THEN
		v_faults := v_faults || api.fault('/actor/org_unit_id', 'unknown_reference', '没有这个科室，或者不在您的管辖范围内');
	END IF;
	RETURN v_faults;
END $$;

-- p_hash: SHA-256 of the key's text, which is made outside the database and never seen in it.
CREATE FUNCTION api.api_key_create(p_body jsonb, p_hash bytea) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	k hz.api_key := jsonb_populate_record(NULL::hz.api_key, p_body - '{actor,types,streets,institutions}'::text[]);
	v_actor jsonb := p_body -> 'actor';
BEGIN
	k.types := coalesce(api.texts(p_body -> 'types'), '{}');
	k.streets := coalesce(api.texts(p_body -> 'streets'), '{}');
	k.institutions := coalesce(api.texts(p_body -> 'institutions'), '{}')::uuid[];
	PERFORM api.api_key_scope_check(k);
	PERFORM api.refuse_faults(api.api_key_faults(k, p_body));
	IF k.actor_id IS NULL THEN
		k.actor_id := coalesce((v_actor ->> 'id')::uuid, api.uuid_v7());
		INSERT INTO hz.actor (id, district, kind, name, phone, certificate_no, org_unit_id, created_at, created_by, updated_at)
		VALUES (k.actor_id, k.districts[1], v_actor ->> 'kind', v_actor ->> 'name', v_actor ->> 'phone', v_actor ->> 'certificate_no',
			(v_actor ->> 'org_unit_id')::uuid, api.now(), api.me(), api.now());
	END IF;
	k.id := api.body_id(p_body);
	INSERT INTO hz.api_key (id, actor_id, key_hash, name, role, districts, types, streets, institutions, expires_at,
		created_at, created_by, updated_at)
	VALUES (k.id, k.actor_id, p_hash, k.name, k.role, k.districts, k.types, k.streets, k.institutions, k.expires_at,
		api.now(), api.me(), api.now());
	RETURN ROW(201, api.api_key_json(k.id), 1, '/v1/api-keys/' || k.id)::api.answer;
END $$;

CREATE FUNCTION api.api_key_revoke(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	v_revoked timestamptz;
	v_note text := p_body ->> 'note';
BEGIN
	SELECT revoked_at INTO v_revoked FROM hz.api_key WHERE id = p_id FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	ELSIF v_revoked IS NOT NULL THEN
		PERFORM api.refuse_state('revoked', '{}');
	END IF;
	PERFORM api.act_begin(p_id, 'revocations', api.now(), v_note);
	UPDATE hz.api_key
	   SET revoked_at = api.now(), revoked_by = api.me(), revoke_note = v_note, version = version + 1, updated_at = api.now()
	 WHERE id = p_id;
	RETURN ROW(201, json_build_object('api_key_id', p_id, 'state', 'revoked', 'actor_id', api.me(),
		'occurred_at', api.ts(api.now()), 'note', v_note), NULL, '/v1/api-keys/' || p_id)::api.answer;
END $$;
