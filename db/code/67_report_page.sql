-- The page /report, which posts forms and needs no script: what its forms are made of, and what they become. By receipt it does what
-- the JSON routes do (67_reporter): the same functions, and all that has come of the report in one answer, as a page shows it.

-- Districts whose reports come here: those with institutions, or with a key identities are sealed to.
CREATE FUNCTION api.report_page_districts() RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT coalesce(json_agg(json_build_object('code', r.code, 'name', r.name) ORDER BY r.code), '[]')
	  FROM hz.region r
	 WHERE r.level = 'county' AND (EXISTS (SELECT FROM hz.institution i WHERE i.district = r.code)
		OR EXISTS (SELECT FROM hz.custodian_key k WHERE k.district = r.code AND k.retired_at IS NULL))
$$;

-- The institution of a sign's code. All NULL: none has it, which looks as if no code was given.
CREATE FUNCTION api.report_page_institution(p_code text) RETURNS hz.institution
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT * FROM hz.institution WHERE code = upper(p_code)
$$;

-- What the form offers. Of an institution whose sign was read nothing but its name.
CREATE FUNCTION api.report_page_form(p_code text) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	i CONSTANT hz.institution := api.report_page_institution(p_code);
BEGIN
	RETURN json_build_object('institution', i.name, 'districts', api.report_page_districts(),
		'categories', (SELECT json_agg(json_build_object('code', code, 'zh', name_zh, 'en', name_en) ORDER BY position) FROM hz.category),
		'sealed', (api.report_key(jsonb_strip_nulls(jsonb_build_object('institution_id', i.id)))).id IS NOT NULL
			OR i.id IS NULL AND EXISTS (SELECT FROM hz.custodian_key WHERE retired_at IS NULL),
		'bureau', api.report_words('bureau'), 'own', api.report_words('institution'));
END $$;

-- Names as they are typed into one line.
CREATE FUNCTION api.report_page_persons(p_typed text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_agg(jsonb_build_object('name', btrim(n)) ORDER BY at)
	  FROM regexp_split_to_table(p_typed, '[、，,；;\r\n]+') WITH ORDINALITY t (n, at) WHERE btrim(n) <> ''
$$;

-- A form as the body of POST /v1/whistleblower-reports.
CREATE FUNCTION api.report_page_body(p_form jsonb, p_code text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	i CONSTANT hz.institution := api.report_page_institution(p_code);
BEGIN
	RETURN p_form - '{occurred_on,occurred_time,persons,unkept}'::text[] - CASE WHEN i.id IS NULL THEN '' ELSE 'institution_name' END
		|| jsonb_strip_nulls(jsonb_build_object('institution_id', i.id, 'named_persons', api.report_page_persons(p_form ->> 'persons'),
			'occurred_at', (p_form ->> 'occurred_on') || 'T' || coalesce(p_form ->> 'occurred_time', '00:00') || ':00+08:00'));
END $$;

-- What is wrong with a form beside what may be wrong with any report.
CREATE FUNCTION api.report_page_faults(p_form jsonb, p_body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_faults jsonb := '[]';
BEGIN
	IF p_form ? 'occurred_time' AND NOT p_form ? 'occurred_on' THEN
		v_faults := v_faults || api.fault('/occurred_on', 'required', '写了时刻的，请写明是哪一天');
	END IF;
	IF jsonb_array_length(p_body -> 'named_persons') > 20 OR jsonb_path_exists(p_body, '$.named_persons[*] ? (@.name like_regex "^.{61}")') THEN
		v_faults := v_faults || api.fault('/persons', 'too_many', '最多写 20 个人，每个名字不超过 60 字，用顿号隔开');
	END IF;
	RETURN v_faults;
END $$;

-- Before anything is sealed: as report_admit().
CREATE FUNCTION api.report_page_admit(p_form jsonb, p_code text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_body CONSTANT jsonb := api.report_page_body(p_form, p_code);
BEGIN
	PERFORM api.refuse_faults(api.report_page_faults(p_form, v_body) || api.report_faults(v_body));
	RETURN (api.report_key(v_body)).public_key;
END $$;

-- ---- by receipt: its hash in hexadecimal, as x-transform leaves it in a form ----

/* All that its reporter reads of a report. p_done: what has just been done. Volatile, to see what that has changed. */
CREATE FUNCTION api.report_page_status(p_receipt text, p_done text) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_hash CONSTANT bytea := decode(p_receipt, 'hex');
	v_report CONSTANT json := (api.reporter_status(v_hash)).body;	-- before the answers it counts are read
BEGIN
	RETURN json_build_object('report', v_report, 'messages', (api.reporter_messages(v_hash)).body -> 'items',
		'files', (api.reporter_files(v_hash)).body -> 'items', 'done', p_done);
END $$;

CREATE FUNCTION api.report_page_say(p_form jsonb) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM api.reporter_say(decode(p_form ->> 'receipt', 'hex'), p_form - '{receipt,unkept}'::text[]);
	RETURN api.report_page_status(p_form ->> 'receipt', 'said');
END $$;

CREATE FUNCTION api.report_page_withdraw(p_form jsonb) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM api.reporter_withdraw(decode(p_form ->> 'receipt', 'hex'), p_form - '{receipt,sure,unkept}'::text[]);
	RETURN api.report_page_status(p_form ->> 'receipt', 'withdrawn');
END $$;

-- p_code: as for reporter_collect().
CREATE FUNCTION api.report_page_collect(p_form jsonb, p_code bytea) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_reward CONSTANT json := (api.reporter_collect(decode(p_form ->> 'receipt', 'hex'), p_code)).body;
BEGIN
	RETURN api.json_add(api.report_page_status(p_form ->> 'receipt', 'collected'), 'reward', v_reward);
END $$;

CREATE FUNCTION api.report_page_attach(p_receipt text, p_sha256 text, p_size bigint, p_type text) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM api.reporter_file(decode(p_receipt, 'hex'), p_sha256, p_size, p_type);
	RETURN api.report_page_status(p_receipt, 'attached');
END $$;

-- Before the first octet (p_receipt NULL): which files may come at all. Once more when the form has come, with the receipt that stands in
-- it, before the file is kept.
CREATE FUNCTION api.report_page_file_admit(p_receipt text, OUT max_bytes bigint, OUT types json)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF p_receipt IS NOT NULL THEN
		SELECT a.max_bytes, a.types INTO max_bytes, types FROM api.reporter_file_admit(decode(p_receipt, 'hex'), NULL) a;
		RETURN;
	END IF;
	SELECT max(t.max_bytes), json_agg(json_build_object('type', t.type, 'max_bytes', t.max_bytes, 'extensions', t.extensions) ORDER BY t.type)
	  INTO max_bytes, types FROM hz.attachment_type t WHERE t.strippable;
END $$;
