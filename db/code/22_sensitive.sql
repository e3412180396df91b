-- Categories that may name vulnerable people (hz.category.sensitive): who reads them, and that files leave them out.

CREATE FUNCTION api.sensitive_categories() RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN ARRAY(SELECT code FROM hz.category WHERE sensitive ORDER BY position);
END $$;

-- What auth.sql says in app.hidden: the categories kept from a role, `none` when none are. The policies take '' and nothing at all for
-- all of them, so that a session which forgets to say it sees too little, never too much.
CREATE FUNCTION api.hidden_categories(p_role text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN p_role IN ('street', 'integration') THEN array_to_string(api.sensitive_categories(), ',') ELSE 'none' END
$$;

-- Whether this session may read of a category. Of a visit's answers: a street also those of patrols, which it writes itself.
CREATE FUNCTION api.category_shown(p_category text) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT p_category <> ALL (string_to_array(nullif(current_setting('app.hidden', true), ''), ',')) $$;

CREATE FUNCTION api.answer_shown(p_category text, p_kind text) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT api.category_shown(p_category) OR api.role() = 'street' AND p_kind = 'patrol' AND current_setting('app.export', true) IS DISTINCT FROM 'yes'
$$;

-- By which category an order on these findings is read (hz.rectification_order.category).
CREATE FUNCTION api.order_category(p_findings uuid[]) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT f.category FROM hz.finding f JOIN hz.category c ON c.code = f.category
	 WHERE f.id = ANY (p_findings) ORDER BY c.sensitive, c.position LIMIT 1
$$;

-- A list is made into a file (db/queries/export.sql, behind auth.sql). Rows of sensitive categories stay out of it, one's own too, unless
-- p_include asks for them and the role may: then the file is put on record first, where p_operation is given. p_path, p_query: as they
-- were sent. Returns the categories left out, '' for none.
CREATE FUNCTION api.export_begin(p_include boolean, p_operation text, p_path text, p_query text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_hidden text := array_to_string(api.sensitive_categories(), ',');
BEGIN
	IF NOT p_include THEN
		PERFORM set_config('app.hidden', v_hidden, true), set_config('app.export', 'yes', true), set_config('app.wide', 'no', true);
		RETURN replace(v_hidden, ',', ', ');
	ELSIF api.role() NOT IN ('leader', 'section_chief', 'inspector', 'handler', 'auditor') THEN
		PERFORM api.refuse('HZ403', '{"code": "sensitive_export_forbidden"}');
	ELSIF p_operation IS NOT NULL THEN
		PERFORM api.export_record(p_operation, p_path, p_query);
	END IF;
	RETURN '';
END $$;
