-- What identities are sealed to. Keys come from whoever owns the database: `make custodian-key`.

-- A public key as people compare it, as hz-custodian shows it: sixteen octets of its SHA-256.
CREATE FUNCTION api.key_fingerprint(p_public_key text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT rtrim(regexp_replace(encode(substr(sha256(decode(p_public_key, 'hex')), 1, 16), 'hex'), '(....)', '\1 ', 'g'))
$$;

-- What is sealed in this district from now on is sealed to this key; the one before is retired, and what was sealed to it stays so. The same key again
-- changes nothing; one that was retired does not come back. Errors: 22023 with a sentence for the person at the terminal.
CREATE FUNCTION api.custodian_key_set(p_district text, p_public_key text, p_note text DEFAULT NULL)
RETURNS TABLE (id uuid, fingerprint text, retired text, sealed_to_retired bigint)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	v_key CONSTANT text := lower(p_public_key);
	k hz.custodian_key;
	n hz.custodian_key;
BEGIN
	IF v_key !~ '^[0-9a-f]{64}$' THEN
		RAISE invalid_parameter_value USING MESSAGE = '公钥是 64 位十六进制数 PUBLIC is 64 hexadecimal digits, as hz-custodian new prints it';
	ELSIF NOT EXISTS (SELECT FROM hz.region r WHERE r.code = p_district AND r.level = 'county') THEN
		RAISE invalid_parameter_value USING MESSAGE = format('没有这个区县代码 no such district: %s', p_district);
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('hz.custodian_key ' || p_district, 0));
	SELECT * INTO n FROM hz.custodian_key c WHERE c.district = p_district AND c.public_key = v_key;
	IF n.retired_at IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('这把钥匙已于 %s 停用，请另做一把 this key was retired; make another', api.day(n.retired_at));
	ELSIF n.id IS NULL THEN
		UPDATE hz.custodian_key c SET retired_at = api.now() WHERE c.district = p_district AND c.retired_at IS NULL RETURNING * INTO k;
		INSERT INTO hz.custodian_key (district, public_key, note) VALUES (p_district, v_key, p_note) RETURNING * INTO n;
	END IF;
	RETURN QUERY SELECT n.id, api.key_fingerprint(n.public_key), api.key_fingerprint(k.public_key),
		(SELECT count(*) FROM hz.report r WHERE r.custodian_key_id = k.id AND r.identity_box IS NOT NULL);
END $$;

-- The key a report's identity is sealed to; NULL when there is none, or it is erased.
CREATE FUNCTION api.report_custodian(p_id uuid) RETURNS hz.custodian_key
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT k FROM hz.report r JOIN hz.custodian_key k ON k.id = r.custodian_key_id WHERE r.id = p_id AND r.identity_box IS NOT NULL
$$;
