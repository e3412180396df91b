-- The first keys of a database come from whoever owns it: `make key`. All later ones come from POST /v1/api-keys.

-- 160 random bits as 32 characters of Crockford's base 32 behind `hzk_`. gen_random_uuid() draws from the
-- server's strong source; two of them carry 244 random bits, the digest spreads them evenly.
CREATE FUNCTION api.key_text() RETURNS text
LANGUAGE sql VOLATILE AS $$
	SELECT 'hzk_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', (get_byte(d.digest, i) & 31) + 1, 1), '' ORDER BY i)
	  FROM (SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) AS digest OFFSET 0) AS d,
	       generate_series(0, 31) AS i
$$;

/* Make a key and, unless one is named, the actor who holds it. Only the key's SHA-256 is kept; its text is returned
 * once. p_districts may be left out when institutions are named; p_secret_hash is for a caller that made the
 * text itself, and then `key` is null. Errors: 22023 with a sentence for the person at the terminal. */
CREATE FUNCTION api.issue_key(p_role text, p_districts text[] DEFAULT NULL, p_institutions uuid[] DEFAULT '{}',
	p_types text[] DEFAULT '{}', p_streets text[] DEFAULT '{}', p_name text DEFAULT NULL, p_actor uuid DEFAULT NULL,
	p_secret_hash bytea DEFAULT NULL)
RETURNS TABLE (actor_id uuid, key_id uuid, key text)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	v_unknown text;
	v_name text;
BEGIN
	p_institutions := coalesce(p_institutions, '{}');
	p_streets := coalesce(p_streets, '{}');
	p_types := coalesce(p_types, '{}');
	SELECT string_agg(u::text, ', ') INTO v_unknown FROM unnest(p_institutions) u WHERE NOT EXISTS (SELECT FROM hz.institution i WHERE i.id = u);
	IF v_unknown IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('没有这个机构 no such institution: %s', v_unknown);
	END IF;
	IF coalesce(cardinality(p_districts), 0) = 0 THEN
		p_districts := ARRAY(SELECT DISTINCT district FROM hz.institution WHERE id = ANY (p_institutions)
		                     UNION SELECT DISTINCT left(s, 6) FROM unnest(p_streets) s);
	END IF;
	IF cardinality(p_districts) = 0 THEN
		RAISE invalid_parameter_value USING MESSAGE = '请给出区县代码 name a district, e.g. DISTRICT=500103';
	END IF;
	SELECT string_agg(u, ', ') INTO v_unknown FROM unnest(p_districts || p_streets) u WHERE NOT EXISTS (SELECT FROM hz.region r WHERE r.code = u);
	IF v_unknown IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('没有这个区划代码 no such region: %s', v_unknown);
	END IF;
	SELECT string_agg(u, ', ') INTO v_unknown FROM unnest(p_types) u WHERE NOT EXISTS (SELECT FROM hz.institution_type t WHERE t.code = u);
	IF v_unknown IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('没有这个机构类型 no such institution type: %s', v_unknown);
	END IF;
	IF p_role IN ('institution', 'staff') AND cardinality(p_institutions) = 0 THEN
		RAISE invalid_parameter_value USING MESSAGE = format('角色 %s 必须指明机构 this role needs INSTITUTION=uuid', p_role);
	END IF;
	IF p_role = 'street' AND cardinality(p_streets) = 0 THEN
		RAISE invalid_parameter_value USING MESSAGE = '街道角色必须指明街道 this role needs STREET=500103001';
	END IF;

	IF p_actor IS NULL THEN
		v_name := coalesce(nullif(p_name, ''), p_role);
		INSERT INTO hz.actor (id, district, kind, name)
		VALUES (api.uuid_v7(), p_districts[1], CASE p_role WHEN 'integration' THEN 'system' ELSE 'person' END, v_name)
		RETURNING id INTO p_actor;
	ELSE
		SELECT coalesce(nullif(p_name, ''), a.name) INTO v_name FROM hz.actor a WHERE a.id = p_actor;
		IF NOT FOUND THEN
			RAISE invalid_parameter_value USING MESSAGE = format('没有这个人 no such actor: %s', p_actor);
		END IF;
	END IF;

	IF p_secret_hash IS NULL THEN
		key := api.key_text();
		p_secret_hash := sha256(convert_to(key, 'UTF8'));
	END IF;
	INSERT INTO hz.api_key (id, actor_id, key_hash, name, role, districts, types, streets, institutions)
	VALUES (api.uuid_v7(), p_actor, p_secret_hash, v_name, p_role, p_districts, p_types, p_streets, p_institutions)
	RETURNING id INTO key_id;
	actor_id := p_actor;
	RETURN NEXT;
EXCEPTION WHEN check_violation THEN
	RAISE invalid_parameter_value USING MESSAGE = format('没有这个角色 no such role: %s', p_role);
END
$$;
REVOKE ALL ON FUNCTION api.key_text(), api.issue_key(text, text[], uuid[], text[], text[], text, uuid, bytea) FROM PUBLIC;
