-- What every function needs: the clock, ids, who is calling, and the shape of answers.

-- What a command or a read of one object returns; the engine makes status, body, ETag and Location of it.
CREATE TYPE api.answer AS (status int, body json, version bigint, location text);

-- The clock. Tests set it: app.clock counts only where the server's configuration says hz.test_clock = on.
CREATE FUNCTION api.now() RETURNS timestamptz
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN current_setting('hz.test_clock', true) = 'on'
		THEN coalesce(nullif(current_setting('app.clock', true), '')::timestamptz, now())
		ELSE now() END
$$;

-- The day in Asia/Shanghai, on which deadlines and everything called a date are judged.
CREATE FUNCTION api.day(p_at timestamptz) RETURNS date
LANGUAGE sql STABLE AS $$ SELECT (p_at AT TIME ZONE 'Asia/Shanghai')::date $$;

CREATE FUNCTION api.today() RETURNS date
LANGUAGE sql STABLE AS $$ SELECT (api.now() AT TIME ZONE 'Asia/Shanghai')::date $$;

-- RFC 3339 with milliseconds. Asia/Shanghai had other offsets only before 1992, when nothing here was recorded.
CREATE FUNCTION api.ts(p_at timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT to_char(p_at AT TIME ZONE 'UTC' + interval '8 hours', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+08:00"')
$$;

-- UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random bits of a v4 with the version set to 7.
CREATE FUNCTION api.uuid_v7() RETURNS uuid
LANGUAGE sql VOLATILE AS $$
	SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
		PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
		52, 1), 53, 1), 'hex')::uuid
$$;

-- The id a client brought, or a new one.
CREATE FUNCTION api.body_id(p_body jsonb) RETURNS uuid
LANGUAGE sql VOLATILE AS $$ SELECT coalesce((p_body ->> 'id')::uuid, api.uuid_v7()) $$;

-- The caller, as auth.sql has set it for this transaction; NULL where the owner of the database works without a key.
CREATE FUNCTION api.me() RETURNS uuid
LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.actor', true), '')::uuid $$;

CREATE FUNCTION api.role() RETURNS text
LANGUAGE sql STABLE AS $$ SELECT current_setting('app.role', true) $$;

CREATE FUNCTION api.districts() RETURNS text[]
LANGUAGE sql STABLE AS $$ SELECT string_to_array(current_setting('app.districts', true), ',') $$;

CREATE FUNCTION api.types() RETURNS text[]
LANGUAGE sql STABLE AS $$ SELECT string_to_array(current_setting('app.types', true), ',') $$;

CREATE FUNCTION api.streets() RETURNS text[]
LANGUAGE sql STABLE AS $$ SELECT string_to_array(current_setting('app.streets', true), ',') $$;

CREATE FUNCTION api.institutions() RETURNS uuid[]
LANGUAGE sql STABLE AS $$ SELECT string_to_array(current_setting('app.institutions', true), ',')::uuid[] $$;

-- The elements of a JSON array of strings; NULL stays NULL.
CREATE FUNCTION api.texts(p_array jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN jsonb_typeof(p_array) = 'array' THEN ARRAY(SELECT jsonb_array_elements_text(p_array)) END
$$;

-- Merge patch of one member: absent keeps, null erases.
CREATE FUNCTION api.patched(p_body jsonb, p_member text, p_old text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN p_body ? p_member THEN p_body ->> p_member ELSE p_old END $$;

-- One more member at the end of a JSON object.
CREATE FUNCTION api.json_add(p_object json, p_member text, p_value json) RETURNS json
LANGUAGE sql IMMUTABLE AS $$
	SELECT (left(rtrim(p_object::text), -1) || ', "' || p_member || '": ' || coalesce(p_value::text, 'null') || '}')::json
$$;

-- An answer about a report as it is kept for a repeated request, and as it was: {body, location}. p_key: high entropy, from outside
-- (engine/idempotency.c), so that nothing is gained by stretching it.
CREATE FUNCTION api.answer_seal(p_body json, p_location text, p_key text) RETURNS bytea
LANGUAGE sql VOLATILE AS $$
	SELECT hz.pgp_sym_encrypt(json_build_object('body', p_body, 'location', p_location)::text, p_key, 'cipher-algo=aes256, s2k-mode=1, compress-algo=0, unicode-mode=1')
$$;

CREATE FUNCTION api.answer_open(p_box bytea, p_key text) RETURNS json
LANGUAGE sql STABLE AS $$ SELECT hz.pgp_sym_decrypt(p_box, p_key)::json $$;

-- The members of two JSON objects in one, neither of them empty.
CREATE FUNCTION api.json_join(p_one json, p_other json) RETURNS json
LANGUAGE sql IMMUTABLE AS $$ SELECT (left(rtrim(p_one::text), -1) || ', ' || substr(p_other::text, 2))::json $$;

-- When an act happened. Borrowed from the device; the server's own time where it says nothing. Not more than five minutes
-- ahead, and not before the step it follows (judged in whole seconds: clients cut the fraction off).
CREATE FUNCTION api.occurred_at(p_body jsonb, p_after timestamptz, p_member text DEFAULT 'occurred_at') RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_at timestamptz := (p_body ->> p_member)::timestamptz;
BEGIN
	IF v_at IS NULL THEN
		RETURN greatest(api.now(), p_after);
	ELSIF v_at > api.now() + interval '5 minutes' THEN
		PERFORM api.refuse('HZ422', jsonb_build_object('code', 'occurred_at_in_future', 'errors', jsonb_build_array(
			api.fault('/' || p_member, 'occurred_at_in_future', '比服务器时间晚了 5 分钟以上，请核对设备时间'))));
	ELSIF date_trunc('second', v_at) < date_trunc('second', p_after) THEN
		PERFORM api.refuse('HZ422', jsonb_build_object('code', 'occurred_at_out_of_order', 'errors', jsonb_build_array(
			api.fault('/' || p_member, 'occurred_at_out_of_order', '早于上一步的时间 ' || api.ts(p_after)))));
	END IF;
	RETURN v_at;
END $$;
