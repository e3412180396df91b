-- One way to refuse: SQLSTATE HZnnn, where nnn is the HTTP status, and a JSON detail that becomes the problem document.
-- `code` names the problem; `errors` and every other member are copied into the answer.

-- Raises, never returns; declared to return text so that it can stand in a CASE of a plain SELECT.
CREATE FUNCTION api.refuse(p_sqlstate text, p_detail jsonb) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = p_sqlstate, MESSAGE = p_detail ->> 'code', DETAIL = p_detail::text;
END $$;

CREATE FUNCTION api.refuse_not_found() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM api.refuse('HZ404', '{"code": "not_found"}');
END $$;

-- One entry of `errors`. p_detail is shown to people, in Chinese.
CREATE FUNCTION api.fault(p_pointer text, p_code text, p_detail text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('pointer', p_pointer, 'code', p_code, 'detail', p_detail)
$$;

-- Refuses with all collected faults at once; does nothing when there are none.
CREATE FUNCTION api.refuse_faults(p_faults jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF jsonb_array_length(p_faults) > 0 THEN
		PERFORM api.refuse('HZ422', jsonb_build_object('code', 'rule_violated', 'errors', p_faults));
	END IF;
END $$;

-- If-Match against the row's version: absent 428, stale 412. -2 is `*`, which any version meets.
CREATE FUNCTION api.version_check(p_if_match bigint, p_version bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF p_if_match IS NULL THEN
		PERFORM api.refuse('HZ428', '{"code": "precondition_required"}');
	ELSIF p_if_match NOT IN (-2, p_version) THEN
		PERFORM api.refuse('HZ412', '{"code": "precondition_failed"}');
	END IF;
END $$;
