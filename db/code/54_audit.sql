-- Who has read or done what with reports. Written here alone; a report stands in it under its pseudonym.

CREATE FUNCTION api.hour(p_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$ SELECT date_trunc('hour', p_at) $$;

-- The beginning of its month, by the days of the office.
CREATE FUNCTION api.month(p_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS $$ SELECT date_trunc('month', p_at, 'Asia/Shanghai') $$;

-- A line of the audit log about report p_report, or none in particular. What those do who have no account is not in it.
CREATE FUNCTION api.audit(p_what text, p_report uuid, p_district text, p_detail jsonb DEFAULT '{}') RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	INSERT INTO hz.audit_log (at, district, actor_id, role, what, subject, detail)
	SELECT api.hour(api.now()), p_district, api.me(), api.role(), p_what, (SELECT pseudonym FROM hz.report WHERE id = p_report), p_detail
	 WHERE api.role() NOT IN ('nobody', 'job')
$$;

-- A page of a list was read: one line for each district in it. Gives the page back. p_items: each with its district; NULL: an empty one.
-- p_what: the lines of a file say exported in place of listed.
CREATE FUNCTION api.audit_page(p_items json, p_what text, p_csv boolean) RETURNS json
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	v_what CONSTANT text := CASE WHEN p_csv THEN replace(p_what, '_listed', '_exported') ELSE p_what END;
BEGIN
	PERFORM api.audit(v_what, NULL, d.district, jsonb_build_object('count', d.n))
	   FROM (SELECT i ->> 'district' AS district, count(*) AS n FROM json_array_elements(p_items) i GROUP BY 1) d;
	IF p_items IS NULL THEN
		PERFORM api.audit(v_what, NULL, (api.districts())[1], '{"count": 0}');
	END IF;
	RETURN p_items;
END $$;

-- A page of a worklist, most of which has nothing to do with reports: one line for each district of which something of a report is in it. NULL
-- where that cannot be written: the statement is then asked again where it can be (x-lane: either). A file's later pages may hold more than its
-- first, so that a file of those who may see any is made there from the beginning.
CREATE FUNCTION api.audit_worklist(p_items json, p_what text, p_role text, p_csv boolean) RETURNS json
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	v_of_reports json;
BEGIN
	IF p_role NOT IN ('handler', 'institution', 'street', 'custodian') THEN
		RETURN p_items;
	END IF;
	v_of_reports := (SELECT json_agg(i) FROM json_array_elements(p_items) i
		WHERE i ->> 'resource' IN ('whistleblower_report', 'report_assignment', 'identity_request'));
	IF current_setting('transaction_read_only') = 'on' THEN
		RETURN CASE WHEN v_of_reports IS NULL AND NOT p_csv THEN p_items END;
	ELSIF v_of_reports IS NOT NULL THEN
		PERFORM api.audit_page(v_of_reports, p_what, p_csv);
	END IF;
	RETURN p_items;
END $$;
